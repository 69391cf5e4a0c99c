/** @module `kombu-edge sign`, built as it is published, against the Worker as it is deployed. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Deployed, deploy } from "../deployed.ts";
import { run, runOrThrow } from "../made_once.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Inside the repository, so that the build finds its dependencies. */
const BUILT = `${ROOT}.cache/cli-${process.pid}`;
const SECRETS = {
  GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody",
  STRIPE_WEBHOOK_SECRET: "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
  STANDARD_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  SLACK_SIGNING_SECRET: "8f742231b10e8888abcd99yyyzzz85a5",
};

let worker: Deployed;

beforeAll(async () => {
  await mkdir(BUILT, { recursive: true });
  const tsc = `${ROOT}node_modules/.bin/tsc`;
  [worker] = await Promise.all([
    deploy({
      UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
      UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
      API_TOKEN: "secret",
      ...SECRETS,
    }),
    runOrThrow(tsc, ["-p", "tsconfig.build.json", "--outDir", BUILT], { cwd: ROOT }),
  ]);
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  await rm(BUILT, { recursive: true, force: true });
});

const command = (...args: string[]) => run(process.execPath, [`${BUILT}/cli/kombu-edge.js`, ...args]);
const sign = (preset: string, secret: string, ...args: string[]) =>
  command("sign", preset, "--url", `${worker.url.origin}/v1/webhooks/${preset}`, "--secret", secret, ...args);

async function redis(...words: string[]): Promise<unknown> {
  const answer = await fetch(inject("redisHttpUrl"), {
    method: "POST",
    headers: { authorization: `Bearer ${inject("redisHttpToken")}` },
    body: JSON.stringify(words),
  });
  return ((await answer.json()) as { result: unknown }).result;
}

/** The latest message of a queue, taken out. */
// biome-ignore lint/suspicious/noExplicitAny: a message is looked at, not used
async function latest(queue: string): Promise<{ headers: any; body: any }> {
  const { headers, body } = JSON.parse((await redis("LPOP", queue)) as string);
  return { headers, body: JSON.parse(Buffer.from(body, "base64").toString()) };
}

describe("the shipped sources", () => {
  test.each([
    ["github", SECRETS.GITHUB_WEBHOOK_SECRET, "issues.sample"],
    ["standard", SECRETS.STANDARD_WEBHOOK_SECRET, "issues"],
    ["slack", SECRETS.SLACK_SIGNING_SECRET, "issues"],
  ])("%s: a sample becomes a task", async (preset, secret, type) => {
    const { code, stdout, stderr } = await sign(preset, secret, "--event", "issues", "--id", `cli-${preset}`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "200 OK\n", stderr: "" });
    const { headers, body } = await latest("celery");
    expect(headers.task).toBe(`webhooks.${preset}`);
    expect(body[0]).toMatchObject([
      { id: `cli-${preset}`, type: `${preset}.${type}`, source: `/webhooks/${preset}` },
    ]);
  });

  test("stripe: 503 until a queue is bound, then by the key of the event", async () => {
    const args = ["--event", "invoice.paid", "--id", "evt_cli"];
    const refused = await sign("stripe", SECRETS.STRIPE_WEBHOOK_SECRET, ...args);
    expect([refused.code, refused.stdout]).toEqual([1, "503 Service Unavailable\n"]);
    await fetch(new URL("/v1/exchanges/webhooks/bindings", worker.url), {
      method: "PUT",
      headers: { authorization: "Bearer secret", "content-type": "application/json" },
      body: JSON.stringify({ queue: "cli-billing", routing_key: "stripe.invoice.*", type: "topic" }),
    });
    const accepted = await sign("stripe", SECRETS.STRIPE_WEBHOOK_SECRET, ...args);
    expect([accepted.code, accepted.stdout]).toEqual([0, "200 OK\n"]);
    expect((await latest("cli-billing")).body).toMatchObject({ id: "evt_cli", type: "stripe.invoice.paid" });
  });

  test("a wrong secret is refused, and says so by the exit code", async () => {
    const { code, stdout } = await sign("github", "wrong");
    expect([code, stdout]).toEqual([1, "401 Unauthorized\n"]);
  });
});

test("a body from a file is sent byte for byte, and its secret may come from the environment", async () => {
  const file = `${BUILT}/body.json`;
  await writeFile(file, '{"zen": "Zoë\'s 🎉"}\n');
  const url = `${worker.url.origin}/v1/webhooks/github`;
  const args = ["sign", "github", "--url", url, "--event", "ping", "--body", file];
  const { code } = await run(process.execPath, [`${BUILT}/cli/kombu-edge.js`, ...args], {
    env: { ...process.env, KOMBU_EDGE_SECRET: SECRETS.GITHUB_WEBHOOK_SECRET },
  });
  expect(code).toBe(0);
  expect((await latest("celery")).body[0][0]).toMatchObject({
    type: "github.ping",
    data: { zen: "Zoë's 🎉" },
  });
});

test("the printed curl is accepted as it is, quotes and all", async () => {
  const file = `${BUILT}/quotes.json`;
  await writeFile(file, '{"say":"it\'s $HOME `x` \\"y\\""}');
  const printed = await sign(
    "github",
    SECRETS.GITHUB_WEBHOOK_SECRET,
    "--event",
    "ping",
    "--body",
    file,
    "--print",
  );
  expect(printed.code).toBe(0);
  const { code, stdout } = await run("sh", [
    "-c",
    `${printed.stdout.trim()} -s -o /dev/null -w '%{http_code}'`,
  ]);
  expect([code, stdout]).toEqual([0, "200"]);
  expect((await latest("celery")).body[0][0].data).toEqual({ say: 'it\'s $HOME `x` "y"' });
});

describe("mistakes", () => {
  test.each<[string[], string]>([
    [["sign"], "give the name of one preset"],
    [
      ["sign", "githab", "--secret", "x"],
      'there is no preset "githab"; is it github or gitlabToken or gitlab?',
    ],
    [["sign", "github"], "needs --secret"],
    [["sign", "github", "--secret", "x", "--url", "localhost"], "--url must be a whole URL"],
    [["sign", "github", "--secret", "x", "--body", "/nonexistent/file"], "ENOENT"],
    [["sign", "github", "--secret", "x", "--sekret", "y"], "--sekret"],
    [["sign", "discord", "--secret", "x"], "privateKey"],
    [["sign", "standard", "--secret", "no base64!"], "secret"],
    [["sign", "hubspot", "--secret", "x", "--set", "publicUrl"], "--set must be NAME=VALUE"],
    [["verify"], "Usage: kombu-edge sign"],
  ])("%j", async (args, said) => {
    const { code, stdout, stderr } = await command(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
  });

  test("nobody listening is one line, not a stack", async () => {
    const { code, stderr } = await command("sign", "github", "--secret", "x", "--url", "http://127.0.0.1:9/");
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("--help is no mistake", async () => {
    const { code, stdout } = await command("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("--private-key FILE");
  });
});
