/** @module A suite for each Celery that is here; one that is missing is said loudly, or fails where all are required. */
import { describe, expect, test } from "vitest";
import { findServerBinary } from "../../../local/server/binary.ts";
import { type CeleryVersion, findVersions } from "./python.ts";

/**
 * Runs a suite against every version.
 *
 * @param what What is tested, such as `webhooks to`; the version follows.
 */
export async function describeEachCelery(
  what: string,
  suite: (version: CeleryVersion) => void,
): Promise<void> {
  for (const version of await findVersions()) {
    const missing =
      version.missing ?? (findServerBinary() ? undefined : "no redis-server or valkey-server on PATH");
    const title = `${what} Celery ${version.name}`;
    if (missing === undefined) {
      describe(title, () => suite(version));
    } else if (process.env.KOMBU_EDGE_REQUIRE_ALL === "1") {
      test(`${title} is there`, () => expect.fail(missing));
    } else {
      console.warn(`\n!!! ${title} IS NOT TESTED: ${missing} !!!\n`);
      test.skip(`${title}: ${missing}`, () => {});
    }
  }
}
