/** @module What a first request loads, asked of a real workerd. */
import { expect, test } from "vitest";
import type { Bundle } from "../../bench/bundles.ts";
import { bytesLoadedFor } from "../../bench/loaded.ts";

const MODULES = {
  "worker.js": `import "./chunks/always.js";
export default { fetch: async (request) => new Response((await import("./chunks/asked.js")).text) };`,
  "chunks/always.js": "export {};",
  "chunks/asked.js": `export { text } from "./of_asked.js";`,
  "chunks/of_asked.js": `export const text = "here";`,
  "chunks/never.js": "export {};",
};

test("modules count that were there at the start or loaded for the request, with those that they import", async () => {
  const bundle: Bundle = {
    modules: new Map(Object.entries(MODULES)),
    sizes: new Map(Object.keys(MODULES).map((name, index) => [name, 10 ** index])),
    gzipBytes: 11,
    maps: new Map(),
  };
  expect(await bytesLoadedFor(bundle, {}, { url: "/", body: "" })).toBe(1_111);
});
