/** @module The same requests to a real Flower and to the Worker: the same JSON. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpWorld } from "./http_world.ts";
import { type CeleryVersion, type PythonProcess, startPython } from "./python.ts";
import { pause } from "./world.ts";

/** Skipped with a word where this Python has no Flower; with KOMBU_EDGE_REQUIRE_ALL=1 that is a failure. */
export function flowerTests(world: () => HttpWorld, { python }: CeleryVersion): void {
  if (spawnSync(python, ["-c", "import flower"]).status !== 0) {
    const missing = "its Python has no flower: make .venv-celery56 again";
    console.warn(`\n!!! FLOWER'S API IS NOT COMPARED: ${missing} !!!\n`);
    if (process.env.KOMBU_EDGE_REQUIRE_ALL === "1") test("Flower is there", () => expect.fail(missing));
    else test.skip(`Flower's API: ${missing}`, () => {});
    return;
  }
  describe("Flower's API", () => {
    let flower: PythonProcess;
    let flowerUrl: string;

    beforeAll(async () => {
      const port = await freePort();
      flowerUrl = `http://127.0.0.1:${port}`;
      const args = ["--address=127.0.0.1", `--port=${port}`, "--basic_auth=anybody:secret"];
      flower = startPython(world().world.version, ["-m", "celery", "-A", "app", "flower", ...args], {
        REDIS_URL: world().world.redis.redisUrl!,
      });
      for (const end = Date.now() + 30_000; ; await pause(100)) {
        if (
          await fetch(`${flowerUrl}/healthcheck`).then(
            ({ ok }) => ok,
            () => false,
          )
        )
          return;
        if (Date.now() > end || flower.process.exitCode !== null) {
          throw new Error(`Flower did not start:\n${flower.log().slice(-2000)}`);
        }
      }
    }, 40_000);

    afterAll(async () => {
      await flower?.stop();
    });

    /** Asks both as a client of Flower does: with basic authentication. */
    async function both(
      method: string,
      path: string | ((id: string) => string),
      body?: string,
      ids = ["", ""],
    ) {
      const urls = [flowerUrl, world().worker.url];
      const asked = urls.map(async (url, index) => {
        const answer = await fetch(new URL(typeof path === "string" ? path : path(ids[index]!), url), {
          method,
          headers: { authorization: `Basic ${btoa("anybody:secret")}` },
          ...(body !== undefined && { body }),
        });
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      });
      const [theirs, ours] = await Promise.all(asked);
      return { theirs: theirs!, ours: ours! };
    }

    /** The same but for what is new with every task. */
    function alike({ status, body }: { status: number; body: Record<string, unknown> }) {
      const { "task-id": id, traceback, message, ...rest } = body;
      return {
        status,
        id: typeof id,
        traceback: typeof traceback,
        message: String(message).replace(/'.*'/, "ID"),
        ...rest,
      };
    }

    test.each([
      ["send-task", "tasks.add", { args: [1, 2] }],
      ["send-task", "tasks.echo", { args: ["é"], kwargs: { a: 1 }, priority: 3, queue: "other" }],
      ["async-apply", "tasks.add", { args: [1, 2], countdown: "0.1", expires: "600" }],
      ["async-apply", "tasks.add", { args: [1, 2], eta: "2026-01-02 03:04:05.000000" }],
      ["apply", "tasks.add", { args: [1, 2] }],
      ["apply", "tasks.boom", {}],
      ["apply", "tasks.echo", { args: [1.5, null, true], kwargs: { ключ: ["wert"] }, timeout: 10 }],
      ["apply", "tasks.slow", { args: ["flower-slow", 3], timeout: "0.2" }],
    ])("%s of %s with %j", async (kind, name, json) => {
      const { theirs, ours } = await both("POST", `/api/task/${kind}/${name}`, JSON.stringify(json));
      // Flower looks once more, and may see the result of a task that was just sent.
      if (kind !== "apply") theirs.body.state = "PENDING";
      expect(alike(ours)).toEqual(alike(theirs));
      expect(theirs.status).toBe(200);
    });

    test.each([
      ["tasks.add", { args: [2, 3] }],
      ["tasks.boom", {}],
      ["tasks.unheard_of", {}],
      ["tasks.add", { args: [1, 1], countdown: 60 }],
      ["tasks.progress", { args: [8] }],
    ])("the result of %s", async (name, json) => {
      const started = await both("POST", `/api/task/send-task/${name}`, JSON.stringify(json));
      const ids = [started.theirs, started.ours].map(({ body }) => body["task-id"] as string);
      await pause(name === "tasks.progress" ? 300 : 600);
      const { theirs, ours } = await both("GET", (id) => `/api/task/result/${id}`, undefined, ids);
      expect(alike(ours)).toEqual(alike(theirs));
      expect(typeof ours.body.state).toBe("string");
    });

    test("revoke, and the result of what was revoked", async () => {
      const json = JSON.stringify({ args: ["flower-revoked"], countdown: 0.8 });
      const started = await both("POST", "/api/task/send-task/tasks.mark", json);
      const ids = [started.theirs, started.ours].map(({ body }) => body["task-id"] as string);
      await pause(200);
      const revoked = await both("POST", (id) => `/api/task/revoke/${id}?terminate=true`, "", ids);
      expect(alike(revoked.ours)).toEqual(alike(revoked.theirs));
      expect(revoked.ours.body).toEqual({ message: `Revoked '${ids[1]}'` });
      await pause(1_200);
      const { theirs, ours } = await both("GET", (id) => `/api/task/result/${id}`, undefined, ids);
      expect(alike(ours)).toEqual(alike(theirs));
      expect(ours.body.state).toBe("REVOKED");
      expect(await world().world.marks("flower-revoked", 1, 0)).toEqual([]);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
