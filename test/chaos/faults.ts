/** @module Ways in which one request to Redis can go wrong on its way, as data. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { TIMEOUT_MS } from "./config.ts";
import type { Random } from "./random.ts";

/** A request on its way. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly random: Random;
  /** Hands the request on, once, and waits for the answer. */
  forward(): Promise<Answer>;
}

/** What the front before Redis said. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const JSON_TYPE = { "content-type": "application/json" };
const HTML = "<html><body>hunter2</body></html>";

/** Cuts the connection as a crash does. */
const reset = ({ request }: Passage) => void request.socket.resetAndDestroy();

function refuse(status: number, text: string) {
  return async ({ response }: Passage) => void response.writeHead(status, JSON_TYPE).end(text);
}

function replaceAnswer(status: number, text: string) {
  return async ({ response, forward }: Passage) => {
    await forward();
    response.writeHead(status, { "content-type": text.startsWith("<") ? "text/html" : "application/json" });
    response.end(text);
  };
}

/** By name: how often in relation to each other, and what happens. `applied` says whether Redis ran the commands. */
export const FAULTS = {
  "reset before": { weight: 3, act: async (passage: Passage) => reset(passage) },
  "reset after": {
    weight: 4,
    async act(passage: Passage) {
      await passage.forward();
      reset(passage);
    },
  },
  "half an answer": {
    weight: 3,
    async act({ request, response, forward }: Passage) {
      const { body } = await forward();
      response.writeHead(200, { ...JSON_TYPE, "content-length": String(body.length) });
      response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
    },
  },
  garbage: { weight: 2, act: replaceAnswer(200, '{"result":"hunter2"}') },
  "empty answer": { weight: 2, act: replaceAnswer(200, "") },
  "401 before": { weight: 1, act: refuse(401, '{"error":"WRONGPASS invalid or missing auth token"}') },
  "quota before": {
    weight: 1,
    act: refuse(400, '{"error":"ERR max daily request limit exceeded. Limit: 10000, Usage: 10001."}'),
  },
  "429 before": { weight: 1, act: refuse(429, '{"error":"Too many requests"}') },
  "500 before": { weight: 2, act: refuse(500, '{"error":"internal"}') },
  "502 after": { weight: 2, act: replaceAnswer(502, HTML) },
  "503 before": { weight: 2, act: refuse(503, HTML) },
  "503 after": { weight: 2, act: replaceAnswer(503, '{"error":"upstream"}') },
  stalled: { weight: 1, act: async ({ forward }: Passage) => void (await forward()) },
  slow: {
    weight: 3,
    async act({ response, random, forward }: Passage) {
      await sleep(random.between(50, TIMEOUT_MS * 0.6));
      const { status, body } = await forward();
      response.writeHead(status, JSON_TYPE).end(body);
    },
  },
  // The worst of them: applied when the sender has long given up, and perhaps asked again.
  "applied late": {
    weight: 1,
    async act({ random, forward }: Passage) {
      await sleep(TIMEOUT_MS + random.between(50, 600));
      await forward();
    },
  },
} satisfies Record<string, { weight: number; act: (passage: Passage) => Promise<void> }>;

/** The name of a fault. */
export type Fault = keyof typeof FAULTS;

/** All of them, to pick from. */
export const FAULT_LIST = Object.entries(FAULTS).map(([name, fault]) => ({ name: name as Fault, ...fault }));
