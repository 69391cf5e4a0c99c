/**
 * The Worker, without its circuit, before a database that lies: each reply that could break it, to every route. A publish is never
 * said to be done unless the reply says so. See THREATS.md.
 * @module
 */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { LIE, LIES, type Liar, startLiar } from "./liar.ts";
import { each } from "./pool.ts";
import { allRoutes, fill, type Known } from "./routes.ts";
import { AUTHORIZED, CANARIES, judgeLog, startWorld, type World } from "./world.ts";

let world: World;
let liar: Liar;
let routes: readonly Known[];

beforeAll(async () => {
  routes = await allRoutes();
  liar = await startLiar();
  world = await startWorld(
    { UPSTASH_REDIS_REST_URL: liar.url },
    new URL("./without_circuit.workerd.ts", import.meta.url),
  );
});

afterAll(async () => {
  await world?.stop();
  await liar?.close();
});

const BODIES: Readonly<Record<string, string>> = {
  "/v1/messages": '{"routing_key":"hostile","body":1}',
  "/v1/tasks": '{"task":"hostile"}',
  "/v1/exchanges/{exchange}/bindings": '{"queue":"hostile","routing_key":"a","type":"topic"}',
};

const signed = createHmac("sha256", CANARIES.github).update("{}").digest("hex");

test.each(Object.entries(LIES))("%s", async (name, lie) => {
  liar.tell(lie);
  const before = liar.asked.length;
  await each(
    routes,
    async ({ method, path, hasBody }) => {
      const headers = [
        ...AUTHORIZED,
        ["content-type", "application/json"] as const,
        ["x-hub-signature-256", `sha256=${signed}`] as const,
      ];
      const sent = { method, target: fill(path), headers, ...(hasBody && { body: BODIES[path] ?? "{}" }) };
      const { raw } = await world.attack(sent, { away: true, bound: 5_000 });
      // Results and bindings are for the caller to see, and so are the first words of Redis' own error.
      const isShown =
        /^\/(v1\/tasks|api\/task)\//.test(path) || (method === "GET" && path.includes("{exchange}"));
      if (!isShown && !raw.includes("ERR ")) expect([path, raw.includes(LIE)]).toEqual([path, false]);
      if (!isShown && !["/openapi.json", "/metrics"].includes(path)) expect(raw.length).toBeLessThan(5_000);
      expect(raw).not.toContain("set-cookie");
    },
    name.startsWith("2") || name.includes("bomb") ? 1 : undefined,
  );
  // Each route that needs the database really asked it.
  expect(liar.asked.length - before).toBeGreaterThan(15);
});

test("nothing of it is in the log, and the Worker still answers", async () => {
  await judgeLog(world);
  expect(world.log.join("\n")).not.toContain(LIE);
  console.log(`${world.count.requests} requests, ${Math.round(world.memory() / 1e6)} MB`);
});

test("a publish is done when the reply says so, and not before", async () => {
  for (const [name, lie] of Object.entries(LIES)) {
    liar.tell(lie);
    const sent = { target: "/v1/queues/hostile/messages", headers: AUTHORIZED, body: "1" };
    const { status } = await world.attack(sent, { away: true, bound: 5_000 });
    if (!["500 headers", "a key of the language", "a number below zero"].includes(name)) {
      expect([name, status]).toEqual([name, expect.toBeOneOf([400, 429, 502, 503])]);
    }
  }
});

test("the token goes nowhere but to the database", async () => {
  const other = await startLiar();
  liar.tell((response) => void response.writeHead(307, { location: `${other.url}/stolen` }).end());
  const sent = { target: "/v1/queues/hostile/messages", headers: AUTHORIZED, body: CANARIES.body };
  await world.attack(sent, { away: true });
  await other.close();
  expect(other.asked.filter(({ token }) => token?.includes(inject("redisHttpToken")))).toEqual([]);
});
