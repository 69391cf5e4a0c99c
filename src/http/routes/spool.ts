/**
 * Routes that show the spool's dead letters, replay and discard them.
 * @module
 */
import * as v from "valibot";
import { type DeadLetter, discardDead, listDead, oldestDead } from "../../spool/dead_letters.ts";
import { type Replayed, replayDead } from "../../spool/replay.ts";
import type { Call } from "../call.ts";
import { problemFor, problemResponse } from "../endpoint.ts";
import { noteResults } from "../observe/notes.ts";
import { HttpProblem, type ProblemDetails, problemDetails } from "../problem.ts";
import { PROBLEM } from "../publish/schemas.ts";
import { check } from "../request/check.ts";
import { decodeText, parseJson } from "../request/json.ts";
import { type Area, route } from "../route.ts";

/** Dead letters that one request may list or replay. */
const MAXIMUM = 100;

const REPLAY = v.strictObject({
  ids: v.optional(
    v.pipe(
      v.array(v.string()),
      v.minLength(1, "must not be empty"),
      v.maxLength(MAXIMUM, `must not be more than ${MAXIMUM}`),
      v.description(`Default: the ${MAXIMUM} that have been dead for longest.`),
    ),
  ),
});

const time = v.pipe(v.string(), v.description("RFC 3339, in UTC."));

const letter = v.strictObject({
  id: v.string(),
  reason: v.picklist(["unroutable", "refused", "unreadable", "guard-expired", "exhausted"]),
  exchange: v.nullable(v.string()),
  routing_key: v.nullable(v.string()),
  delivery_tag: v.nullable(v.string()),
  queues: v.pipe(v.array(v.string()), v.description("Those known when it was accepted.")),
  accepted_at: v.nullable(time),
  died_at: time,
  attempts: v.pipe(v.nullable(v.number()), v.description("null when there were too many.")),
});

const replayed = v.strictObject({
  id: v.string(),
  status: v.picklist(["delivered", "duplicate", "unroutable"]),
  delivery_tag: v.string(),
  queues: v.array(v.string()),
});

const LIMIT = v.optional(
  v.pipe(
    v.number(),
    v.integer("must be a whole number"),
    v.minValue(1, "must not be below 1"),
    v.maxValue(MAXIMUM, `must not be above ${MAXIMUM}`),
  ),
);
const FROM = v.optional(
  v.pipe(
    v.string(),
    v.check((from) => /^\d{1,16}\+\d{1,9}$/.test(from), "must be the next of a page before"),
    v.description("`next` of the page before."),
  ),
);

/** The area of `/v1/spool`. */
export const spool: Area = {
  schemas: {
    Spool: v.strictObject({
      enabled: v.boolean(),
      dead: v.array(letter),
      count: v.pipe(v.number(), v.description("Of all dead letters.")),
      next: v.nullable(v.string()),
    }),
    Replay: REPLAY,
    Replayed: v.strictObject({ results: v.array(v.union([replayed, PROBLEM])), count: v.number() }),
  },
  routes: [
    route({
      method: "GET",
      path: "/v1/spool",
      summary: "The spool's dead letters, the oldest first",
      access: "read",
      query: { limit: LIMIT, from: FROM },
      answers: { 200: "Spool" },
      async handle(call, { limit = MAXIMUM, from }) {
        const { dead, count, next = null } = await listDead(call.channel, limit, from);
        const enabled = call.channel.delivery.spool !== undefined;
        return Response.json({ enabled, dead: dead.map(letterOutput), count, next });
      },
    }),
    route({
      method: "POST",
      path: "/v1/spool/replay",
      summary: "Publish dead letters again, and remove those that landed",
      access: "manage",
      query: {},
      body: { "application/json": "Replay" },
      answers: { 202: "Replayed", 207: "Replayed" },
      async handle(call) {
        const { ids = await oldestDead(call.channel, MAXIMUM) } = await readReplay(call);
        const results = (await replayDead(call.channel, [...new Set(ids)])).map((result) =>
          replayedOutput(call, result),
        );
        const problems = results.filter((result): result is ProblemDetails => "type" in result);
        noteResults(call, results, problems);
        const isPassing = problems.every(({ status }) => status === 429 || status === 503);
        if (problems.length > 0 && problems.length === results.length && isPassing) {
          return problemResponse({ ...problems[0]!, results });
        }
        const { count } = await listDead(call.channel, 1);
        return Response.json({ results, count }, { status: problems.length > 0 ? 207 : 202 });
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/spool/{id}",
      summary: "Discard a dead letter for good",
      access: "manage",
      query: {},
      answers: { 204: "" },
      async handle(call) {
        if ((await discardDead(call.channel, [call.path.id!])) === 0) throw noSuchLetter();
        return new Response(null, { status: 204 });
      },
    }),
  ],
};

/** The body, which may be empty. */
async function readReplay(call: Call): Promise<v.InferOutput<typeof REPLAY>> {
  const text = decodeText(await call.body());
  return text === "" ? {} : (check(REPLAY, await parseJson(text)) as v.InferOutput<typeof REPLAY>);
}

function letterOutput(dead: DeadLetter): v.InferOutput<typeof letter> {
  const { id, reason, exchange, routingKey, deliveryTag, queues, acceptedAt, diedAt, attempts } = dead;
  return {
    id,
    reason,
    exchange,
    routing_key: routingKey,
    delivery_tag: deliveryTag,
    queues: [...queues],
    accepted_at: acceptedAt === null ? null : new Date(acceptedAt).toISOString(),
    died_at: new Date(diedAt).toISOString(),
    attempts,
  };
}

function replayedOutput(call: Call, result: Replayed): v.InferOutput<typeof replayed> | ProblemDetails {
  const { id } = result;
  if (result.status === "unknown") return noSuchLetter().details;
  if (result.status === "unreadable") {
    return problemDetails(
      "unreadable",
      422,
      "Nobody can publish it: it is not a record of this version.",
      {},
    );
  }
  if (result.status === "failed") {
    return problemFor(result.error, call);
  }
  const { deliveries } = result;
  const [first] = deliveries;
  return {
    id,
    status: first!.status as "delivered",
    delivery_tag: first!.deliveryTag,
    queues: [...new Set(deliveries.flatMap(({ queues }) => queues))],
  };
}

function noSuchLetter(): HttpProblem {
  return new HttpProblem("not-found", "There is no dead letter of this id.");
}
