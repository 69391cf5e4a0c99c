/** @module A fresh isolate: size of the bundle, and time from the start of workerd to the first publish answered. */
import type { Database } from "../front/start.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, compare } from "../rounds.ts";
import { bundle, serve } from "../workerd.ts";
import { environment, prepareCandidates } from "./candidates.ts";

export async function startSuite(database: Database, pace: Pace): Promise<readonly Comparison[]> {
  const candidates = await prepareCandidates(database);
  const bundles = await Promise.all(candidates.map(({ entry }) => bundle(entry)));
  const contenders = candidates.map(({ name, path, body }, index) => ({
    name,
    run: async () => {
      const init = { method: "POST", body, headers: { authorization: `Bearer ${database.token}` } };
      const worker = await serve(bundles[index]!, environment(database), { path, init });
      await worker.close();
      return [worker.firstAnswer, bundles[index]!.gzipBytes / 1024];
    },
  }));
  const metrics = [
    { unit: "ms to the first answer", lowerIsBetter: true },
    { unit: "KiB of bundle, gzip", lowerIsBetter: true },
  ];
  return await compare("a fresh Worker", metrics, contenders, pace);
}
