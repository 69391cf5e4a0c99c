/** @module A suite for each version of Kombu, with an oracle of it on a Redis of the suite's own. */
import { afterAll, beforeAll, inject } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import { describeEachKombu, findKombus, type Kombu } from "../interop/python.ts";
import { type Ask, Oracle } from "./oracle.ts";

const kombus = await findKombus();

/** Runs a suite with each Kombu that is here; see {@link describeEachKombu} for those that are not. */
export function describeEachOracle(suite: (ask: Ask, kombu: Kombu) => void): void {
  describeEachKombu(kombus, inject("redisStore"), (kombu) => {
    let redis: LocalRedis;
    let oracle: Oracle;
    beforeAll(async () => {
      redis = await startLocalRedis({ store: "server" });
      oracle = new Oracle(kombu.python, "kombu_oracle.py", redis.redisUrl!);
    });
    afterAll(async () => {
      await oracle?.stop();
      await redis?.close();
    });
    suite((operation, cases) => oracle.ask(operation, cases), kombu);
  });
}
