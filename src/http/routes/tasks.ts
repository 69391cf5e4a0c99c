/**
 * Routes that start tasks, tell their results and revoke them.
 * @module
 */
import * as v from "valibot";
import type { Call } from "../call.ts";
import { NDJSON, readMessages } from "../publish/bodies.ts";
import { headerKey } from "../publish/idempotency.ts";
import { essence, unsupported } from "../request/content_type.ts";
import { decodeText, parseJson } from "../request/json.ts";
import { type Area, route } from "../route.ts";
import { celeryOf } from "../tasks/app.ts";
import { sendBatch } from "../tasks/batch.ts";
import { jsonResponse } from "../tasks/json.ts";
import { readTask, type TaskPlace } from "../tasks/read.ts";
import { SIGNALS, TASK_SCHEMAS } from "../tasks/schemas.ts";
import { asArguments, sentResponse } from "../tasks/sent.ts";
import { readState, stateOutput } from "../tasks/state.ts";
import { streamStates } from "../tasks/stream.ts";

const WAIT = v.optional(
  v.pipe(
    v.number(),
    v.minValue(0, "must not be below 0"),
    v.description("Seconds to wait for the final state, up to the configured maximum."),
  ),
);

/** The area of `/v1/tasks`. */
export const tasks: Area = {
  schemas: TASK_SCHEMAS,
  routes: [
    route({
      method: "POST",
      path: "/v1/tasks/{name}",
      summary: "Start a task",
      access: "task:{name}",
      query: {},
      body: { "application/json": "TaskOptions" },
      idempotent: true,
      answers: { 202: "Sent", 200: "Sent" },
      async handle(call) {
        return await sendOne(call, await readOptions(call), { name: call.path.name! });
      },
    }),
    route({
      method: "POST",
      path: "/v1/tasks",
      summary: "Start a task, a chain, a group or a chord, or many of them",
      access: "token",
      query: {},
      body: {
        "application/json": "Tasks",
        ...Object.fromEntries(NDJSON.map((type) => [type, "Task"])),
      },
      idempotent: true,
      answers: { 202: "SentOutcome", 200: "SentOutcome", 207: "SentResults" },
      async handle(call) {
        const read = await readMessages(call);
        return "many" in read ? await sendBatch(call, read.many) : await sendOne(call, read.one);
      },
    }),
    route({
      method: "GET",
      path: "/v1/tasks/{id}",
      summary: "A task's state and result; as text/event-stream, every change of them",
      access: "read",
      query: { wait: WAIT },
      answers: { 200: "TaskState" },
      async handle(call, { wait }) {
        const result = celeryOf(call).asyncResult(call.path.id!);
        const { headers } = call.request;
        const { maximumStream, maximumWait } = call.settings.celery;
        if (/\btext\/event-stream\b/i.test(headers.get("accept") ?? "")) {
          const limit = Math.min(wait ?? maximumStream, maximumStream);
          return await streamStates(call, result, { limit, lastEventId: headers.get("last-event-id") });
        }
        return jsonResponse(stateOutput(await readState(result, Math.min(wait ?? 0, maximumWait))));
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/tasks/{id}",
      summary: "Revoke a task; with terminate, also while it runs",
      access: "manage",
      query: { terminate: v.optional(v.boolean()), signal: v.optional(v.picklist(SIGNALS)) },
      answers: { 202: "Revoked" },
      async handle(call, { terminate = false, signal }) {
        const id = call.path.id!;
        const workers = await celeryOf(call).control.revoke(id, { terminate, signal });
        return Response.json({ task_id: id, terminate, workers }, { status: 202 });
      },
    }),
  ],
};

async function sendOne(call: Call, input: unknown, place: TaskPlace = {}): Promise<Response> {
  try {
    const header = headerKey(call.request);
    const { signature, ...options } = await readTask(call, input, { ...place, header });
    return sentResponse(await celeryOf(call).apply(signature, options), call);
  } catch (error) {
    throw asArguments(error);
  }
}

/** The body of a task without its name, which may be empty. */
async function readOptions(call: Call): Promise<unknown> {
  const { headers } = call.request;
  const body = await call.body();
  const type = headers.get("content-type");
  if (body.length === 0 && type === null) return {};
  if (essence(type) !== "application/json") {
    throw unsupported("content-type", "The body must be application/json.");
  }
  return await parseJson(decodeText(body));
}
