/** @module A webhook's task goes where the deployment's settings of Celery send it. */
import { expect, test } from "vitest";
import { fresh, landed } from "../client.ts";
import { githubSender } from "./sender.ts";

test("the default queue and the routes are heeded", async () => {
  const [standard, routed] = [fresh("default"), fresh("routed")];
  const celery = { taskDefaultQueue: standard, taskRoutes: { "billing.*": { queue: routed } } };
  const senders = ["mail.send", "billing.charge"].map((task) => githubSender({ to: { task } }, { celery }));
  for (const { send } of senders) expect((await send()).status).toBe(200);
  const names = async (queue: string) =>
    (await landed(queue)).map(({ envelope }) => envelope.headers.task as string);
  expect([await names(standard), await names(routed)]).toEqual([["mail.send"], ["billing.charge"]]);
});
