/**
 * The routes of Flower's task API, for clients that were written for it: the same JSON, behind tokens.
 * @module
 */
import * as v from "valibot";
import { flowerTask, type TaskMeta } from "../../celery/index.ts";
import { demand } from "../access/authenticate.ts";
import type { Call } from "../call.ts";
import { check } from "../request/check.ts";
import { essence } from "../request/content_type.ts";
import { decodeText } from "../request/json.ts";
import { type Area, type Route, route } from "../route.ts";
import { celeryOf } from "../tasks/app.ts";
import { applyFlower, readSwitch, readTimeout } from "../tasks/flower.ts";
import { jsonResponse } from "../tasks/json.ts";
import { SIGNALS } from "../tasks/schemas.ts";
import { readState } from "../tasks/state.ts";

const text = v.optional(v.string());
const revoke = { terminate: text, signal: text };
const SIGNAL = v.optional(v.picklist(SIGNALS));

/** The area of `/api/task`. */
export const flowerTasks: Area = {
  schemas: {
    FlowerOptions: v.looseObject({ args: v.optional(v.array(v.unknown())) }),
    FlowerTask: v.strictObject({
      "task-id": v.string(),
      state: v.optional(v.string()),
      result: v.optional(v.unknown()),
      traceback: v.optional(v.nullable(v.string())),
    }),
    FlowerMessage: v.strictObject({ message: v.string() }),
  },
  routes: [
    applying("send-task", "Flower's: start a task by its name"),
    applying("async-apply", "Flower's: start a task"),
    {
      ...applying("apply", "Flower's: start a task and wait for its result"),
      async handle(call) {
        demand(call.principal, "read");
        const { result, timeout } = await applyFlower(call);
        const { maximumWait } = call.settings.celery;
        const meta = await readState(result, Math.min(timeout ?? maximumWait, maximumWait));
        return flowerResponse(meta);
      },
    },
    route({
      method: "GET",
      path: "/api/task/result/{id}",
      summary: "Flower's: a task's state and result",
      access: "read",
      basic: true,
      query: { timeout: text },
      answers: { 200: "FlowerTask" },
      async handle(call, { timeout }) {
        const wait = Math.min(readTimeout(timeout) ?? 0, call.settings.celery.maximumWait);
        return flowerResponse(await readState(celeryOf(call).asyncResult(call.path.id!), wait));
      },
    }),
    route({
      method: "POST",
      path: "/api/task/revoke/{id}",
      summary: "Flower's: revoke a task",
      access: "manage",
      basic: true,
      query: revoke,
      answers: { 200: "FlowerMessage" },
      async handle(call, query) {
        const given = { ...(await formOf(call)), ...query };
        const terminate = readSwitch(given.terminate);
        const signal = check(SIGNAL, given.signal?.replace(/^(?!SIG)/, "SIG"), "signal");
        const id = call.path.id!;
        await celeryOf(call).control.revoke(id, { terminate, signal });
        return Response.json({ message: `Revoked '${id}'` });
      },
    }),
  ],
};

function applying(kind: string, summary: string): Route {
  return route({
    method: "POST",
    path: `/api/task/${kind}/{name}`,
    summary,
    access: "task:{name}",
    basic: true,
    query: {},
    body: { "application/json": "FlowerOptions" },
    idempotent: true,
    answers: { 200: "FlowerTask" },
    async handle(call) {
      const { result } = await applyFlower(call);
      const hasResults = call.settings.celery.resultBackend !== false;
      return Response.json({ "task-id": result.id, ...(hasResults && { state: "PENDING" }) });
    },
  });
}

function flowerResponse(meta: TaskMeta): Response {
  return jsonResponse(flowerTask(meta));
}

/** Flower takes arguments from a form as well. */
async function formOf(call: Call): Promise<Record<string, string>> {
  if (essence(call.request.headers.get("content-type")) !== "application/x-www-form-urlencoded") return {};
  const form = Object.fromEntries(new URLSearchParams(decodeText(await call.body())));
  return check(v.strictObject(revoke), form) as Record<string, string>;
}
