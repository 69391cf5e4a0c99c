/** @module The conformance suite in Node, Bun and Deno, each as a process of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import type { Result } from "../conformance/result.ts";
import { run } from "../made_once.ts";
import { installRuntimes, OTHER_RUNTIMES, type Runtime, THIS_NODE } from "./runtimes.ts";

const isWanted = process.env.KOMBU_EDGE_RUNTIMES === "1" || process.env.KOMBU_EDGE_REQUIRE_ALL === "1";

let folder: string;
let local: LocalRedis;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kombu-edge-runtime-"));
  local = await startLocalRedis({ store: inject("redisStore") });
  await build({
    entryPoints: [fileURLToPath(new URL("../conformance/main.ts", import.meta.url))],
    outfile: join(folder, "conformance.mjs"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2023",
    external: ["node:*"],
    logLevel: "error",
  });
});

afterAll(async () => {
  await local?.close();
  if (folder) await rm(folder, { recursive: true });
});

async function conforms({ program, args }: Runtime): Promise<void> {
  const env = { CONFORMANCE_URL: local.url, CONFORMANCE_TOKEN: local.token };
  const { code, stdout, stderr } = await run(program, [...args, join(folder, "conformance.mjs")], { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const results = JSON.parse(stdout) as readonly Result[];
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results).toHaveLength(165);
}

test(THIS_NODE.name, () => conforms(THIS_NODE));

describe("installed from npm", () => {
  if (!isWanted) {
    console.warn(
      "\n!!! NODE 20, NODE 24, BUN AND DENO: SKIPPED. KOMBU_EDGE_RUNTIMES=1 installs (500 MB) and tests them !!!\n",
    );
  }
  const others = isWanted ? describe : describe.skip;
  others(isWanted ? "all" : "SKIPPED without KOMBU_EDGE_RUNTIMES=1", () => {
    beforeAll(installRuntimes, 600_000);
    test.each(OTHER_RUNTIMES.map((runtime) => [runtime.name, runtime] as const))("%s", (_name, runtime) =>
      conforms(runtime),
    );
  });
});
