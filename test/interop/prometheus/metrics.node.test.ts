/** @module What `/metrics` writes, read by the parser of Prometheus' own client, and by the rules that promtool has for names. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { gateway } from "../../../src/http/gateway.ts";
import { missingVenv } from "../../venv.ts";

const VENV = fileURLToPath(new URL("../../../.venv-prometheus", import.meta.url));
const REQUIREMENTS = ["prometheus-client==0.26.*"];
const TOKEN = "scraper";
/** All that must be escaped, and what must not be. */
const QUEUE = 'we"ird\\queue\nname é{}=,';

const missing = await missingVenv(VENV, REQUIREMENTS);
if (missing && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1") {
  console.warn(`\n!!! ${missing}: METRICS ARE NOT READ BY PROMETHEUS' PARSER !!!\n`);
}

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly [name: string, labels: Record<string, string>, value: number][];
}

async function parse(exposition: string): Promise<readonly Family[]> {
  const script = fileURLToPath(new URL("parse.py", import.meta.url));
  const child = spawn(`${VENV}/bin/python`, [script], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(exposition);
  const [output, [code]] = await Promise.all([readText(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error("the parser refused it");
  return JSON.parse(output);
}

const app = gateway({
  queues: [QUEUE],
  exchanges: { 'ex"change': { type: "topic", bindings: [{ queue: "bound", routingKey: "a.*" }] } },
});
const env = {
  UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
  UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
  API_TOKEN: TOKEN,
  SPOOL: { send: async () => {}, sendBatch: async () => {} },
};

async function ask(path: string, method = "GET", more: object = {}): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const request = new Request(`https://gateway.test${path}`, {
    method,
    headers,
    body: method === "POST" ? "x" : null,
  });
  const answer = await app.fetch(request, { ...env, ...more });
  return await answer.text();
}

describe.skipIf(missing && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1")("an exposition", () => {
  let exposition: string;
  let families: readonly Family[];

  beforeAll(async () => {
    if (missing) throw new Error(missing);
    await ask(`/v1/queues/${encodeURIComponent(QUEUE)}/messages`, "POST");
    await ask(`/v1/queues/${encodeURIComponent(QUEUE)}/messages?priority=9`, "POST");
    await ask("/v1/nothing");
    await ask("/healthz");
    exposition = await ask("/metrics");
    families = await parse(exposition);
  });

  test("is read whole: every line is a sample or a comment of its own", () => {
    const lines = exposition.split("\n");
    expect(lines.pop()).toBe("");
    const samples = families.reduce((sum, family) => sum + family.samples.length, 0);
    expect(lines.length).toBe(samples + 2 * families.length);
  });

  test("names, types and helps", () => {
    expect(families.map(({ name, type }) => [name, type])).toEqual([
      ["kombu_edge_build_info", "gauge"],
      ["kombu_edge_redis_up", "gauge"],
      ["kombu_edge_queue_depth", "gauge"],
      ["kombu_edge_queues_left_out", "gauge"],
      ["kombu_edge_spool_dead_letters", "gauge"],
      ["kombu_edge_circuit_open", "gauge"],
      ["kombu_edge_bindings", "gauge"],
      ["kombu_edge_bindings_age_seconds", "gauge"],
      ["kombu_edge_requests", "counter"],
      ["kombu_edge_request_duration_seconds", "histogram"],
    ]);
    for (const { help } of families) expect(help).toMatch(/^[A-Z].{10,}\.$/);
  });

  test("labels come back as they were, whatever is in them", () => {
    const depths = families.find(({ name }) => name === "kombu_edge_queue_depth")!.samples;
    const mine = depths.filter(([, { queue }]) => queue === QUEUE);
    expect(mine.map(([, { priority }, value]) => [priority, value])).toEqual([
      ["0", 1],
      ["3", 0],
      ["6", 0],
      ["9", 1],
    ]);
    expect(depths.map(([, { queue }]) => queue)).toContain("bound");
    const exchanges = families.find(({ name }) => name === "kombu_edge_bindings")!.samples;
    expect(exchanges).toEqual([["kombu_edge_bindings", { exchange: 'ex"change' }, 0]]);
  });

  test("no name is described twice, and no sample is there twice", () => {
    for (const kind of ["HELP", "TYPE"]) {
      const names = exposition.split("\n").filter((line) => line.startsWith(`# ${kind} `));
      const described = names.map((line) => line.split(" ")[2]);
      expect(new Set(described).size).toBe(described.length);
      expect(described.length).toBe(families.length);
    }
    const all = families.flatMap(({ samples }) =>
      samples.map(([name, labels]) => JSON.stringify([name, labels])),
    );
    expect(new Set(all).size).toBe(all.length);
  });

  test("counters end in _total, durations are in seconds", () => {
    for (const { type, name, samples } of families) {
      for (const [sample, labels] of samples) {
        expect(sample.endsWith("_total")).toBe(type === "counter");
        for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+$/);
      }
      expect(name).toMatch(/^[a-z][a-z_]*[a-z]$/);
      expect(name).not.toMatch(/milliseconds|_ms$/);
    }
  });

  test("a histogram's buckets only grow, and the last one is its count", () => {
    const { samples } = families.find(({ type }) => type === "histogram")!;
    const routes = new Set(samples.map(([, { route }]) => route!));
    expect([...routes].sort()).toEqual(["/healthz", "/v1/queues/{queue}/messages", "unmatched"]);
    for (const route of routes) {
      const own = samples.filter(([, labels]) => labels.route === route);
      const buckets = own.filter(([name]) => name.endsWith("_bucket"));
      const bounds = buckets.map(([, { le }]) => Number(le!.replace("+Inf", "Infinity")));
      expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
      const values = buckets.map(([, , value]) => value);
      expect(values).toEqual(values.toSorted((one, other) => one - other));
      expect(own.find(([name]) => name.endsWith("_count"))![2]).toBe(values.at(-1));
      expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test("is read as well when Redis is away", async () => {
    const text = await ask("/metrics", "GET", { UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    const away = await parse(text);
    expect(away.find(({ name }) => name === "kombu_edge_redis_up")!.samples).toEqual([
      ["kombu_edge_redis_up", {}, 0],
    ]);
  });
});
