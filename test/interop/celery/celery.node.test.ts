/**
 * @module This library against real Celery workers, 5.6 and 5.2, on a real Redis. One file, so that each version's workers
 * are started once.
 */
import { afterAll, beforeAll } from "vitest";
import { callbackTests } from "./callbacks.ts";
import { callTests } from "./calls.ts";
import { canvasTests } from "./canvas.ts";
import { controlTests } from "./control.ts";
import { describeEachCelery } from "./each.ts";
import { parityTests } from "./parity.ts";
import { resultTests } from "./results.ts";
import { securityTests } from "./security.ts";
import { wayTests } from "./ways.ts";
import { World } from "./world.ts";

await describeEachCelery("the library and", (version) => {
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
  ])
    suite(() => world);
});
