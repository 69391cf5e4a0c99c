/** @module A suite for each version of Celery, with an oracle of it on a Redis of the suite's own. */
import { afterAll, beforeAll } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import { describeEachCelery } from "../interop/celery/each.ts";
import type { CeleryVersion } from "../interop/celery/python.ts";
import { type Ask, Oracle } from "./oracle.ts";

/** Runs a suite with each Celery that is here; see {@link describeEachCelery} for those that are not. */
export async function describeEachCeleryOracle(
  suite: (ask: Ask, version: CeleryVersion) => void,
): Promise<void> {
  await describeEachCelery("random calls and", (version) => {
    let redis: LocalRedis;
    let oracle: Oracle;
    beforeAll(async () => {
      redis = await startLocalRedis({ store: "server" });
      oracle = new Oracle(version.python, "celery_oracle.py", redis.redisUrl!);
    });
    afterAll(async () => {
      await oracle?.stop();
      await redis?.close();
    });
    suite((operation, cases) => oracle.ask(operation, cases), version);
  });
}
