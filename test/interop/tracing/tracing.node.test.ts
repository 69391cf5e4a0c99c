/**
 * @module The trace of a request, as real workers see it: with OpenTelemetry's own instrumentation of Celery the task's span
 * is a child of ours; without it the message says whose it is.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../../local/index.ts";
import { findServerBinary } from "../../../local/server/binary.ts";
import { gateway } from "../../../src/http/gateway.ts";
import { missingVenv } from "../../venv.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const VENV = fileURLToPath(new URL("../../../.venv-tracing", import.meta.url));
const REQUIREMENTS = [
  "celery[redis]==5.6.*",
  "opentelemetry-sdk==1.45.*",
  "opentelemetry-instrumentation-celery==0.66b2",
];
const PARENT = "b7ad6b7169203331";
const SECRET = "webhook secret";
const isRequired = process.env.KOMBU_EDGE_REQUIRE_ALL === "1";

const missing = findServerBinary()
  ? await missingVenv(VENV, REQUIREMENTS)
  : "no redis-server or valkey-server on PATH";
if (missing && !isRequired) console.warn(`\n!!! ${missing}: TRACES ARE NOT TESTED ON REAL WORKERS !!!\n`);

interface Span {
  readonly name: string;
  readonly kind: "CONSUMER" | "PRODUCER";
  readonly trace: string;
  readonly span: string;
  readonly parent: string | null;
  readonly state: string;
}

describe.skipIf(missing && !isRequired)("a worker", () => {
  let redis: LocalRedis;
  let folder: string;
  const workers: ChildProcess[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at, not used
  let ask: (path: string, json: unknown, headers: Record<string, string>, method?: string) => Promise<any>;

  beforeAll(async () => {
    if (missing) throw new Error(missing);
    redis = await startLocalRedis({ store: "server" });
    folder = await mkdtemp(join(tmpdir(), "kombu-edge-tracing-"));
    await Promise.all([
      startWorker({ QUEUE: "instrumented", SPANS: join(folder, "spans") }),
      startWorker({ QUEUE: "plain" }),
    ]);
    const app = gateway({
      celery: { taskDefaultQueue: "instrumented" },
      sources: {
        hook: { preset: "github", secrets: ["HOOK"], to: { task: "traced.first", queue: "instrumented" } },
      },
      streams: { clicks: { to: { task: "traced.first", queue: "instrumented" } } },
    });
    const env = {
      UPSTASH_REDIS_REST_URL: redis.url,
      UPSTASH_REDIS_REST_TOKEN: redis.token,
      API_TOKEN: "secret",
      HOOK: SECRET,
    };
    ask = async (path, json, headers, method = "POST") => {
      const request = new Request(`https://gateway.test${path}`, {
        method,
        headers: { authorization: "Bearer secret", "content-type": "application/json", ...headers },
        body: json === undefined ? null : JSON.stringify(json),
      });
      const text = await (await app.fetch(request, env)).text();
      return text === "" ? undefined : JSON.parse(text);
    };
  }, 90_000);

  afterAll(async () => {
    for (const worker of workers) {
      worker.kill("SIGKILL");
      if (worker.exitCode === null && worker.signalCode === null) await once(worker, "exit");
    }
    await redis?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  async function startWorker(environment: {
    readonly QUEUE: string;
    readonly SPANS?: string;
  }): Promise<void> {
    const name = `${environment.QUEUE}@test`;
    const args = ["-m", "celery", "-A", "app", "worker", "-P", "solo", "-l", "INFO", "-n", name, "-Q"];
    const worker = spawn(`${VENV}/bin/python`, [...args, environment.QUEUE, "--without-mingle"], {
      cwd: FOLDER,
      env: {
        PATH: process.env.PATH,
        HOME: "/nonexistent",
        PYTHONDONTWRITEBYTECODE: "1",
        REDIS_URL: redis.redisUrl!,
        ...environment,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    workers.push(worker);
    let log = "";
    worker.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    for (const end = Date.now() + 60_000; !log.includes(`${name} ready`); await sleep(50)) {
      if (Date.now() > end || worker.exitCode !== null) throw new Error(`no worker:\n${log.slice(-3_000)}`);
    }
  }

  function traced(): { readonly id: string; readonly headers: Record<string, string> } {
    const id = randomBytes(16).toString("hex");
    return { id, headers: { traceparent: `00-${id}-${PARENT}-01`, tracestate: "edge=here" } };
  }

  async function spansOf(id: string, count: number): Promise<readonly Span[]> {
    for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
      const lines = (await readFile(join(folder, "spans"), "utf8").catch(() => "")).split("\n");
      const spans = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Span);
      const own = spans.filter(({ trace }) => trace === id);
      if (own.length >= count) return own;
    }
    return [];
  }

  const consumer = { kind: "CONSUMER", parent: PARENT, state: "edge=here" };

  test("with OpenTelemetry runs a task in a span whose parent is the caller's", async () => {
    const { id, headers } = traced();
    await ask("/v1/tasks/traced.first", { args: [1] }, headers);
    expect(await spansOf(id, 1)).toMatchObject([{ ...consumer, name: "run/traced.first", trace: id }]);
  });

  test("and every task of a group and a batch", async () => {
    const { id, headers } = traced();
    await ask("/v1/tasks", { group: [{ task: "traced.first" }, { task: "traced.seen" }] }, headers);
    await ask("/v1/tasks", [{ task: "traced.first" }], headers);
    const spans = await spansOf(id, 3);
    expect(spans).toHaveLength(3);
    for (const span of spans) expect(span).toMatchObject(consumer);
  });

  test("and the next step of a chain below the step before", async () => {
    const { id, headers } = traced();
    await ask("/v1/tasks", { chain: [{ task: "traced.first" }, { task: "traced.seen" }] }, headers);
    const spans = await spansOf(id, 3);
    const [first, sending, next] = ["run/traced.first", "apply_async/traced.seen", "run/traced.seen"].map(
      (name) => spans.find((span) => span.name === name),
    );
    expect(first).toMatchObject(consumer);
    expect(sending).toMatchObject({ kind: "PRODUCER", parent: first!.span });
    expect(next).toMatchObject({ kind: "CONSUMER", parent: sending!.span });
  });

  test("and webhooks and events as tasks", async () => {
    const hook = traced();
    const json = { zen: "x" };
    await ask("/v1/webhooks/hook", json, {
      ...hook.headers,
      "x-github-event": "ping",
      "x-github-delivery": hook.id,
      "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(JSON.stringify(json)).digest("hex")}`,
    });
    const event = traced();
    await ask("/v1/events/clicks", [{ id: event.id, type: "t" }], event.headers);
    for (const { id } of [hook, event]) expect(await spansOf(id, 1)).toMatchObject([consumer]);
  });

  test("without OpenTelemetry finds the trace in every step's message, those of other workers too", async () => {
    const { headers } = traced();
    const steps = [
      { task: "traced.first", queue: "plain" },
      { task: "traced.seen", queue: "plain" },
    ];
    const { task_id: id } = await ask("/v1/tasks", { chain: steps }, headers);
    const { result } = await ask(`/v1/tasks/${id}?wait=10`, undefined, {}, "GET");
    expect(result).toEqual([headers.traceparent, headers.tracestate]);
  });

  test("a request without a trace begins none", async () => {
    const { task_id: id } = await ask("/v1/tasks/traced.seen", { queue: "plain" }, {});
    expect((await ask(`/v1/tasks/${id}?wait=10`, undefined, {}, "GET")).result).toEqual([null, null]);
  });
});
