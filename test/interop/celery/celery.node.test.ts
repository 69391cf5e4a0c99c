/**
 * @module This library against real Celery workers, 5.6 and 5.2, on a real Redis. One file, so that each version's workers
 * are started once.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findServerBinary } from "../../../local/server/binary.ts";
import { callbackTests } from "./callbacks.ts";
import { callTests } from "./calls.ts";
import { canvasTests } from "./canvas.ts";
import { controlTests } from "./control.ts";
import { parityTests } from "./parity.ts";
import { findVersions } from "./python.ts";
import { resultTests } from "./results.ts";
import { securityTests } from "./security.ts";
import { wayTests } from "./ways.ts";
import { World } from "./world.ts";

for (const version of await findVersions()) {
  const missing =
    version.missing ?? (findServerBinary() ? undefined : "no redis-server or valkey-server on PATH");
  const title = `Celery ${version.name}`;
  if (missing !== undefined && process.env.KOMBU_EDGE_REQUIRE_ALL === "1") {
    test(`${title} is there`, () => expect.fail(missing));
  } else if (missing !== undefined) {
    console.warn(`\n!!! ${title} IS NOT TESTED: ${missing} !!!\n`);
    test.skip(`${title}: ${missing}`, () => {});
  } else {
    describe(title, () => {
      let world: World;
      beforeAll(async () => {
        world = await World.start(version);
      }, 60_000);
      afterAll(async () => {
        await world?.stop();
      });
      for (const suite of [
        callTests,
        wayTests,
        callbackTests,
        canvasTests,
        resultTests,
        controlTests,
        parityTests,
        securityTests,
      ]) {
        suite(() => world);
      }
    });
  }
}
