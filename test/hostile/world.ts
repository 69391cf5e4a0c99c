/** @module The built Worker in workerd before the tests' Redis, full of secrets, and what every one of its answers is held to. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { expect, inject } from "vitest";
import { startBundled } from "../bundled.ts";
import { deploy } from "../deployed.ts";
import { begin, type Got, type Sent, send } from "./wire.ts";

/** What must never be seen outside: the secrets of the deployment, and marks within what is sent. */
export const CANARIES = {
  token: "canary-token-5f1e",
  github: "canary-github-77aa",
  stripe: "whsec_canarystripe77bb",
  standard: "whsec_Y2FuYXJ5LXN0YW5kYXJkLTc3Y2MtMDEyMzQ1Ng==",
  slack: "canary-slack-77dd",
  limited: "canary-limited-88ee",
  body: "canary-body-99ff",
  header: "canary-header-aa11",
} as const;

/** What the token `limited` may do: nothing but publish under this name. */
const ALLOWED = ["queue:limited", "publish:limited", "task:limited", "events:limited"];

/** The header of the token that may do everything. */
export const AUTHORIZED = [["authorization", `Bearer ${CANARIES.token}`]] as const;

/** How much more is asked of this machine than it has processors: it may be busy with other tests. */
const LOAD = Math.max(1, loadavg()[0]! / availableParallelism());

/** Milliseconds in which every answer must be there; nothing here waits for anything but Redis. */
export const BOUND_MS: number = 2_000 * LOAD;

/** One that runs. */
export interface World {
  readonly url: URL;
  /** Lines that the Worker and its runtime wrote. */
  readonly log: readonly string[];
  /** Requests so far. */
  readonly count: { requests: number };
  /** Bytes that the operating system gave to workerd. */
  memory(): number;
  /** Sends a request and holds its answer to what every answer must be. */
  attack(sent: Sent, expected?: Expected): Promise<Got>;
  /** Begins a request and leaves it; returns what closes its connection. */
  stall(sent: Sent): () => void;
  redis(...command: (string | number)[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** What a request may be answered with, beyond what is always so. */
export interface Expected {
  readonly statuses?: readonly number[];
  /** Marks that the answer may hold because the caller asked for them: names in the path. */
  readonly shown?: readonly string[];
  /** Milliseconds, in place of {@link BOUND_MS}. */
  readonly bound?: number;
  /** Redis may be away. */
  readonly away?: boolean;
  /** The runtime itself may refuse the request, or close without an answer. */
  readonly byRuntime?: boolean;
}

/**
 * Starts it.
 *
 * @param more Variables beside, or in place of, the usual ones.
 * @param entry Another Worker than the one that is deployed.
 */
export async function startWorld(more: Readonly<Record<string, string>> = {}, entry?: URL): Promise<World> {
  const log: string[] = [];
  const before = workerds();
  const digest = Buffer.from(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(CANARIES.limited)),
  ).toString("hex");
  const variables = {
    UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    API_TOKEN: CANARIES.token,
    API_TOKENS: JSON.stringify({ limited: { sha256: digest, allow: ALLOWED } }),
    GITHUB_WEBHOOK_SECRET: CANARIES.github,
    STRIPE_WEBHOOK_SECRET: CANARIES.stripe,
    STANDARD_WEBHOOK_SECRET: CANARIES.standard,
    SLACK_SIGNING_SECRET: CANARIES.slack,
    ...more,
  };
  const heard = (line: string) => void log.push(line);
  const running = await (entry
    ? startBundled(entry, variables, undefined, heard)
    : deploy(variables, { heard }));
  const url = new URL(running.url);
  const own = [...workerds()].filter((process) => !before.has(process));
  const count = { requests: 0 };
  const canaries = [...Object.values(CANARIES), inject("redisHttpToken")];
  return {
    url,
    log,
    count,
    memory: () => own.reduce((sum, pid) => sum + residentBytes(pid), 0),
    async attack(sent, expected = {}) {
      count.requests++;
      const isShort = expected.bound === undefined && (isWaiting(sent) || expected.byRuntime);
      const patience = isShort ? 500 : (expected.bound ?? BOUND_MS) * 2;
      const got = await send(url, sent, patience);
      judge(sent, got, expected, canaries);
      return got;
    },
    stall(sent) {
      count.requests++;
      return begin(url, sent);
    },
    redis,
    stop: () => running.stop(),
  };
}

/** A stack frame of JavaScript, or the path of a module. */
const FRAME = /\n?\s+at .+\(?.+:\d+:\d+\)?|chunks\/|worker\.js|\.ts:\d/;

/** Whether it waits for a task's result, and answers when the caller's or the deployment's time is over. */
function isWaiting({ target, headers = [] }: Sent): boolean {
  return target.startsWith("/api/task/apply/") || headers.some(([, value]) => value.includes("event-stream"));
}

function judge(sent: Sent, got: Got, expected: Expected, canaries: readonly string[]): void {
  const { status, headers, raw, body, milliseconds } = got;
  const what = `${sent.method ?? "POST"} ${sent.target.slice(0, 200)} → ${status} ${body.slice(0, 300)}`;
  if (isWaiting(sent) && status === 0) return;
  expect(milliseconds, what).toBeLessThan(expected.bound ?? BOUND_MS);
  for (const canary of canaries) {
    if (!expected.shown?.includes(canary))
      expect(raw.includes(canary), `${what}\nshows ${canary}`).toBe(false);
  }
  expect(FRAME.test(body), what).toBe(false);
  if (expected.statuses) expect(expected.statuses, what).toContain(status);
  const type = headers.get("content-type");
  if (expected.byRuntime && (status === 0 || type === undefined)) return;
  expect(status, what).toBeGreaterThanOrEqual(200);
  expect(status, what).not.toBe(500);
  if (!expected.away) expect(status, what).toBeLessThan(500);
  if (type === "application/problem+json" && sent.method !== "HEAD") {
    const problem = JSON.parse(body);
    expect(problem, what).toMatchObject({
      type: expect.stringMatching(/^urn:kombu-edge:problem:[a-z-]+$/),
      title: expect.stringMatching(/^[A-Z]/),
      detail: expect.stringMatching(/./),
      status,
    });
  }
  if (status === 429 || status === 503) expect(headers.get("retry-after"), what).toMatch(/^\d+$/);
}

/** Waits for the log and holds it to what it must be. */
export async function judgeLog({ log, attack }: World): Promise<void> {
  await attack({ method: "GET", target: "/healthz" }, { statuses: [200] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const text = log.join("\n");
  for (const canary of [...Object.values(CANARIES), inject("redisHttpToken")]) {
    expect(text.includes(canary), `the log shows ${canary}`).toBe(false);
  }
  expect(log.filter((line) => /unexpected-error|uncaught|unhandled|internal error/i.test(line))).toEqual([]);
}

/** Sends one command to the tests' Redis. */
async function redis(...command: (string | number)[]): Promise<unknown> {
  const answer = await fetch(inject("redisHttpUrl"), {
    method: "POST",
    headers: { authorization: `Bearer ${inject("redisHttpToken")}` },
    body: JSON.stringify(command),
  });
  const { result, error } = (await answer.json()) as { result?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return result;
}

function residentBytes(pid: string): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
}

/** Process ids of the workerds that this process started. */
function workerds(): Set<string> {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,comm="]).toString().trim().split("\n");
  const processes = rows.map((row) => row.trim().split(/\s+/));
  const mine = new Set([String(process.pid)]);
  for (let size = 0; size !== mine.size; ) {
    size = mine.size;
    for (const [pid, parent] of processes) if (mine.has(parent!)) mine.add(pid!);
  }
  return new Set(processes.flatMap(([pid, , name]) => (mine.has(pid!) && name === "workerd" ? [pid!] : [])));
}
