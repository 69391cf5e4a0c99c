/** @module A task that is written and not sent: to go with other messages. */
import { beforeEach, expect, test } from "vitest";
import { Celery } from "../../src/celery/index.ts";
import { Channel, clearBindingCache, InvalidArgumentError } from "../../src/index.ts";
import { Recorder } from "./recorder.ts";

beforeEach(() => clearBindingCache());

/** The messages pushed so far, without what is new in each. */
function pushed(recorder: Recorder): unknown[] {
  return recorder.commands
    .filter(([name]) => name === "LPUSH")
    .flatMap(([, list, ...messages]) =>
      messages.map((text) => {
        const message = JSON.parse(text);
        delete message.properties.delivery_tag;
        return [list, message];
      }),
    );
}

const options = { args: [{ id: 1 }], taskId: "0a1b", queue: "billing", priority: 3 };

test("sends nothing, and is the same message as sendTask sends", async () => {
  const recorder = new Recorder();
  const channel = new Channel(recorder);
  const app = new Celery(channel);
  const publication = await app.prepareTask("tasks.add", options);
  expect(recorder.requests).toEqual([]);
  const other = await channel.prepareMessage("x", { routingKey: "audit" });
  const outcomes = await channel.basicPublishMany([publication, other]);
  expect(outcomes.map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  expect(recorder.requests.map(({ commands }) => commands.map(([name]) => name))).toEqual([
    ["SADD", "LPUSH", "LPUSH"],
  ]);
  await app.sendTask("tasks.add", options);
  const [prepared, , sent] = pushed(recorder);
  expect(prepared).toEqual(sent);
});

test("names the option at fault", async () => {
  const app = new Celery(new Channel(new Recorder()));
  await expect(app.prepareTask("", {})).rejects.toMatchObject({ field: "task" });
  await expect(app.prepareTask("t", { args: "x" as never })).rejects.toThrow(InvalidArgumentError);
});
