/**
 * @module A Worker written by hand for one queue, with as many of the gateway's duties as `DUTIES` says, each by the shortest code there
 * is: what those duties cost. How it reaches Redis is up to the module that starts: a client is a choice, not a duty.
 */
import type { BenchEnvironment } from "./environment.ts";

/** Set when it is bundled, so that what is not asked for is not there. */
declare const DUTIES: number;

const ENVELOPE = 1;
const TIME_LIMIT = 2;
const CHECKS = 3;
const HEADERS = 4;
const ANSWER = 5;
const LOG = 6;

/** Sends a command to Redis and returns its result. */
export type Send = (
  env: BenchEnvironment,
  command: string[],
  signal: AbortSignal | undefined,
) => Promise<unknown>;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The Worker. */
export const byHand = (send: Send) => ({
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const begunAt = Date.now();
    const { headers } = request;
    if (DUTIES >= HEADERS) {
      const others = ["traceparent", "idempotency-key", "content-encoding", "cf-ray"];
      if (headers.get("authorization") !== `Bearer ${env.API_TOKEN}`)
        return new Response("", { status: 401 });
      if (headers.get("content-type") !== "application/json") return new Response("", { status: 415 });
      if (others.some((name) => headers.get(name) !== null)) return new Response("", { status: 400 });
    }
    let body: string;
    if (DUTIES >= CHECKS) {
      if (Number(headers.get("content-length")) > 1_000_000) return new Response("", { status: 413 });
      body = decoder.decode(await request.arrayBuffer());
      JSON.parse(body);
    } else {
      body = await request.text();
    }
    const tag = DUTIES >= ENVELOPE ? crypto.randomUUID() : "";
    const signal = DUTIES >= TIME_LIMIT ? AbortSignal.timeout(10_000) : undefined;
    const message = DUTIES >= ENVELOPE ? envelope(body, tag) : body;
    const length = await send(env, ["LPUSH", "bench-queue", message], signal);
    if (!Number.isInteger(length)) return new Response("not pushed", { status: 502 });
    const response =
      DUTIES >= ANSWER
        ? Response.json(
            { status: "delivered", delivery_tag: tag, queues: ["bench-queue"] },
            { status: 202, headers: { "cache-control": "no-store" } },
          )
        : Response.json({ status: "delivered" }, { status: 202 });
    if (DUTIES >= LOG) {
      const ms = Date.now() - begunAt;
      console.log(
        JSON.stringify({ event: "request", method: request.method, status: 202, ms, queue: "bench-queue" }),
      );
    }
    return response;
  },
});

/** As Kombu writes it; the body is ASCII here. */
function envelope(body: string, tag: string): string {
  return `{"body":"${btoa(body)}","content-encoding":"utf-8","content-type":"application/json","headers":{},"properties":{"delivery_mode":2,"delivery_info":{"exchange":"","routing_key":"bench-queue"},"priority":0,"body_encoding":"base64","delivery_tag":"${tag}"}}`;
}
