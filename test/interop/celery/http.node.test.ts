/**
 * @module The deployed Worker before real Celery workers, 5.6 and 5.2: tasks started, waited for, streamed and revoked
 * over HTTP.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findServerBinary } from "../../../local/server/binary.ts";
import { flowerTests } from "./http_flower.ts";
import { httpTaskTests } from "./http_tasks.ts";
import { HttpWorld } from "./http_world.ts";
import { findVersions } from "./python.ts";

for (const version of await findVersions()) {
  const missing =
    version.missing ?? (findServerBinary() ? undefined : "no redis-server or valkey-server on PATH");
  const title = `Celery ${version.name} over HTTP`;
  if (missing !== undefined && process.env.KOMBU_EDGE_REQUIRE_ALL === "1") {
    test(`${title} is there`, () => expect.fail(missing));
  } else if (missing !== undefined) {
    console.warn(`\n!!! ${title} IS NOT TESTED: ${missing} !!!\n`);
    test.skip(`${title}: ${missing}`, () => {});
  } else {
    describe(title, () => {
      let world: HttpWorld;
      beforeAll(async () => {
        world = await HttpWorld.start(version);
      }, 60_000);
      afterAll(async () => {
        await world?.stop();
      });
      httpTaskTests(() => world);
      if (version.name === "5.6") flowerTests(() => world, version);
    });
  }
}
