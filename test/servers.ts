/** @module One local Redis for each vitest project, told to the tests through `inject`. */
import type { TestProject } from "vitest/node";
import { startLocalRedis } from "../local/index.ts";
import { findServerBinary } from "../local/server/binary.ts";
import { startFaultProxy } from "./faults.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** For `UPSTASH_REDIS_REST_URL`. */
    redisHttpUrl: string;
    /** For `UPSTASH_REDIS_REST_TOKEN`. */
    redisHttpToken: string;
    /** The same Redis over TCP; `""` when it is embedded. */
    redisTcpUrl: string;
    redisStore: "server" | "embedded";
    /** A proxy that breaks requests to that Redis: see `faults.ts`. */
    faultProxyUrl: string;
    /** What the number of random cases of each property is multiplied by: `KOMBU_EDGE_PROPERTY_RUNS`, default 1. */
    propertyRuns: number;
    /** Where random cases begin: `KOMBU_EDGE_PROPERTY_SEED`, default another one each time. */
    propertySeed: number;
  }
}

/**
 * Starts a Redis of the tests' own, and never uses REDIS_URL: tests empty the database.
 * `KOMBU_EDGE_STORE=embedded` forces the embedded store; `KOMBU_EDGE_REQUIRE_ALL=1` makes a missing server an error.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const embedded = process.env.KOMBU_EDGE_STORE === "embedded";
  const found = findServerBinary() !== undefined;
  if (!found && process.env.KOMBU_EDGE_REQUIRE_ALL === "1") {
    throw new Error("KOMBU_EDGE_REQUIRE_ALL=1, but there is neither redis-server nor valkey-server on PATH");
  }
  if (!found && !embedded) {
    console.warn(
      `\n!!! ${project.name}: NO redis-server OR valkey-server ON PATH: testing on the embedded store only !!!\n`,
    );
  }
  const redisStore = embedded || !found ? "embedded" : "server";
  const local = await startLocalRedis({ store: redisStore });
  project.provide("redisHttpUrl", local.url);
  project.provide("redisHttpToken", local.token);
  project.provide("redisTcpUrl", local.redisUrl ?? "");
  project.provide("redisStore", redisStore);
  project.provide("propertyRuns", Number(process.env.KOMBU_EDGE_PROPERTY_RUNS || 1));
  project.provide("propertySeed", Number(process.env.KOMBU_EDGE_PROPERTY_SEED || Date.now() & 0x7fffffff));
  const proxy = await startFaultProxy(local.url);
  project.provide("faultProxyUrl", proxy.url);
  return async () => {
    await proxy.close();
    await local.close();
  };
}
