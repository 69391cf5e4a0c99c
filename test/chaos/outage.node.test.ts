/** @module Redis away for a few seconds, with a spool; `npm run test:chaos` takes half a minute. */
import { expect, test } from "vitest";
import { runOutage } from "./outage.ts";
import { markdown, reportOf } from "./report.ts";
import { celery, describeChaos, SEED, TIMEOUT_MS, told } from "./suite.ts";

describeChaos("outage", () => {
  test(
    "what is accepted while Redis is away arrives, once",
    async () => {
      const result = await runOutage({ celery, seed: SEED, seconds: 3, margin: 1 });
      const report = reportOf(result);
      const { spooled, notTaken, unknown } = report.total;
      expect(told(result), markdown(report)).toEqual([]);
      // Nobody had to be told to come again, or that it is not known.
      expect({ notTaken, unknown }).toEqual({ notTaken: 0, unknown: 0 });
      expect(spooled).toBeGreaterThan(50);
      // Only what is addressed to nobody is given up, and kept to be looked at.
      const nobody = result.publications.filter(
        ({ kind, knowledge }) => kind === "wrong" && knowledge.is === "accepted",
      );
      expect(result.deadLetters).toEqual(
        nobody.map(() => expect.objectContaining({ reason: "unroutable", exchange: "chaos.nobody" })),
      );
    },
    TIMEOUT_MS,
  );
});
