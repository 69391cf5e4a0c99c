/**
 * The deployed Worker under attack: every route with every body, name and header that is made to break it. What each
 * answer is held to is in `world.ts`. See THREATS.md.
 * @module
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { allRoutes, type Known } from "./routes.ts";
import { access } from "./suite_access.ts";
import { bodies } from "./suite_bodies.ts";
import { fuzz } from "./suite_fuzz.ts";
import { names } from "./suite_names.ts";
import { senders } from "./suite_senders.ts";
import { stored } from "./suite_stored.ts";
import { wire } from "./suite_wire.ts";
import { judgeLog, startWorld, type World } from "./world.ts";

let world: World;
let routes: readonly Known[];

beforeAll(async () => {
  routes = await allRoutes();
  world = await startWorld();
});

afterAll(async () => {
  await world?.stop();
});

for (const suite of [access, senders, bodies, names, wire, stored, fuzz]) {
  suite(
    () => world,
    () => routes,
  );
  test(`after ${suite.name}: nothing in the log, and it still answers`, async () => {
    await judgeLog(world);
  });
}

/**
 * Bytes of memory: an isolate at Cloudflare gets 128 MiB, workerd itself and V8's code take about as much again, and V8
 * collects late where it is not told to hurry. What would not be bounded, such as a bomb of 64 MB that is inflated for
 * every route, goes beyond this at once.
 */
const MAXIMUM_MEMORY = 600_000_000;

test("all that took little memory", () => {
  console.log(`${world.count.requests} requests, ${Math.round(world.memory() / 1e6)} MB`);
  expect(world.memory()).toBeLessThan(MAXIMUM_MEMORY);
});
