/**
 * @module The deployed Worker before real Celery workers, 5.6 and 5.2: tasks started, waited for, streamed and revoked
 * over HTTP.
 */
import { afterAll, beforeAll } from "vitest";
import { describeEachCelery } from "./each.ts";
import { flowerTests } from "./http_flower.ts";
import { httpTaskTests } from "./http_tasks.ts";
import { HttpWorld } from "./http_world.ts";

await describeEachCelery("tasks over HTTP to", (version) => {
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
