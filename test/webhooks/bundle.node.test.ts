import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const folder = new URL("../../src/webhooks/", import.meta.url);

async function bundle(contents: string): Promise<{ gzip: number; inputs: string[] }> {
  const result = await build({
    stdin: { contents, resolveDir: folder.pathname, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
  });
  const inputs = Object.values(result.metafile.outputs).flatMap(({ inputs: parts }) =>
    Object.entries(parts).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return {
    gzip: gzipSync(result.outputFiles[0]!.contents, { level: 9 }).length,
    inputs: inputs.map(([name]) => name),
  };
}

const engine =
  'export { checkRoutes, defineSource, receive, routingKeyOf, targetsOf, toCloudEvent, unavailable } from "./index.ts";';

describe("what a Worker carries", () => {
  it("is the engine and the senders that it names, without jose", async () => {
    const { gzip, inputs } = await bundle(
      `${engine} export { github, slack, standard, stripe } from "./presets/index.ts";`,
    );
    expect(inputs.filter((name) => /jose|jwt|presets\/(work|cloud|voice|shops)/.test(name))).toEqual([]);
    expect(gzip).toBeLessThan(10_240);
  });

  it("is bounded with every sender and jose", async () => {
    const { gzip } = await bundle(`${engine} export * from "./presets/index.ts";`);
    expect(gzip).toBeLessThan(21_504);
  });
});

it("imports nothing but itself, what it shares with events, the errors and jose", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    const source = readFileSync(new URL(file, folder), "utf8");
    for (const [, from] of source.matchAll(/from "([^"]+)"/g)) {
      expect(from, file).toMatch(
        file.includes("/")
          ? /^\.\.?\/[a-z-]+\.ts$/
          : /^(\.\/[a-z-]+(\/[a-z-]+)?\.ts|\.\.\/(errors|routing\/(json_path|event_key)|envelope\/cloudevent)\.ts|jose(\/.*)?)$/,
      );
    }
  }
});
