/** @module Imports point to the right, each package has one owner, nothing goes round in circles. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { violations } from "./architecture.ts";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

test("src/ is as it should be", () => {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const files = new Map(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(SRC + path, "utf8")]));
  expect(files.size).toBeGreaterThan(30);
  expect(violations(files)).toEqual([]);
});

describe("a tree with faults is noticed", () => {
  const GOOD = {
    "errors.ts": "export class E extends Error {}",
    "redis/client.ts":
      'import { Redis } from "@upstash/redis/cloudflare";\nimport { E } from "../errors.ts";',
    "routing/table.ts": 'import { E } from "../errors.ts";',
    "envelope/json.ts":
      '/** import { Hono } from "hono"; */\nconst advice = \'import { brotli } from "hono"\';',
    "delivery/put.ts":
      'import { client } from "../redis/client.ts";\nimport type { T } from "../routing/table.ts";',
    "channel.ts": 'import {\n  put,\n} from "./delivery/put.ts";',
    "http/gateway.ts": 'import { Hono } from "hono";\nimport { Channel } from "../channel.ts";',
  };
  const found = (faults: Readonly<Record<string, string>>) =>
    violations(new Map(Object.entries({ ...GOOD, ...faults })));

  test("and one without is not", () => {
    expect(found({})).toEqual([]);
  });

  test.each([
    [
      "an arrow to the left",
      "errors.ts",
      'import type { C } from "./channel.ts";',
      "errors.ts imports channel.ts, to its left or beside it",
    ],
    [
      "a re-export to the left",
      "routing/table.ts",
      'export { put } from "../delivery/put.ts";',
      "routing/table.ts imports delivery/put.ts, to its left or beside it",
    ],
    [
      "a call to the left",
      "redis/client.ts",
      'const c = await import("../channel.ts");',
      "redis/client.ts imports channel.ts, to its left or beside it",
    ],
    [
      "an arrow to a neighbour",
      "routing/table.ts",
      'import { c } from "../redis/client.ts";',
      "routing/table.ts imports redis/client.ts, to its left or beside it",
    ],
    [
      "the Redis client elsewhere",
      "channel.ts",
      'import { Redis } from "@upstash/redis";',
      "channel.ts imports @upstash/redis",
    ],
    ["Hono elsewhere", "channel.ts", 'import { cors } from "hono/cors";', "channel.ts imports hono/cors"],
    ["an import for its effects", "delivery/put.ts", 'import "hono";', "delivery/put.ts imports hono"],
    ["a folder that says nothing", "http/utils/text.ts", "", "http/utils/text.ts is in a folder named utils"],
    ["a file outside all layers", "misc/text.ts", "", "misc/text.ts belongs to no layer"],
    [
      "a file that is not there",
      "channel.ts",
      'import "./gone.ts";',
      "channel.ts imports ./gone.ts, which is not in the tree",
    ],
  ])("%s", (_name, path, source, violation) => {
    expect(found({ [path]: source })).toContain(violation);
  });

  test("a cycle inside a layer, but not one of types alone", () => {
    const cycle = (first: string) => ({
      "routing/table.ts": `${first} from "./a.ts";`,
      "routing/a.ts": 'import { b, type B } from "./b.ts";',
      "routing/b.ts": 'import { t } from "./table.ts";',
    });
    expect(found(cycle("import { a }"))).toEqual([
      "cycle: routing/b.ts → routing/table.ts → routing/a.ts → routing/b.ts",
    ]);
    expect(found(cycle("import type { A }"))).toEqual([]);
    expect(found(cycle("import { type A, type B }"))).toEqual([]);
  });
});
