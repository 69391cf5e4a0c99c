/** @module The Workers that are compared, each with the request that makes it publish the same message. */
import { existsSync } from "node:fs";
import { Channel, Exchange, Producer, Queue } from "../../src/index.ts";
import type { Database } from "../front/start.ts";
import { MESSAGE } from "../message.ts";

const BODY = JSON.stringify(MESSAGE);
const GATEWAY = new URL("../../src/worker.ts", import.meta.url);

/** A Worker and its request. */
export interface Candidate {
  readonly name: string;
  readonly entry: URL;
  readonly path: string;
  readonly body: string;
}

/** What all Workers are bound to. */
export function environment(database: Database): Readonly<Record<string, string>> {
  return {
    UPSTASH_REDIS_REST_URL: database.url,
    UPSTASH_REDIS_REST_TOKEN: database.token,
    API_TOKEN: database.token,
  };
}

/** The floor first. The floor and the client alone are given the very text that the library pushes. */
export async function prepareCandidates(database: Database): Promise<readonly Candidate[]> {
  const channel = new Channel({ url: database.url, token: database.token });
  await new Producer(channel).publish(MESSAGE, { routingKey: "bench-sample" });
  const envelope = String(await database.command("RPOP", "bench-sample"));
  const exchange = new Exchange("bench", { type: "topic" });
  await new Queue("bench-topic", { exchange, routingKey: "order.*" }).declare(channel);
  const of = (file: string) => new URL(`../workers/${file}`, import.meta.url);
  const candidates: Candidate[] = [
    { name: "bare fetch of the same LPUSH", entry: of("floor.ts"), path: "/", body: envelope },
    { name: "@upstash/redis at its defaults", entry: of("upstash.ts"), path: "/", body: envelope },
    { name: "kombu-edge library, to a queue", entry: of("library.ts"), path: "/", body: BODY },
    { name: "kombu-edge library, topic exchange", entry: of("topic.ts"), path: "/", body: BODY },
  ];
  if (!existsSync(GATEWAY)) return candidates;
  const path = "/v1/queues/bench-gateway/messages";
  return [...candidates, { name: "kombu-edge gateway, to a queue", entry: GATEWAY, path, body: BODY }];
}
