/** @module What would be published: packed, checked, installed into an empty project, compiled against and run. */
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, runOrThrow } from "./made_once.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules/.bin");
const INSTALL_TIMEOUT_MS = 180_000;

interface Manifest {
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

let folder: string;
let tarball: string;
let files: readonly string[];
let manifest: Manifest;
/** Subpaths whose source is not written yet. */
let absent: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kombu-edge-package-"));
  const packed = await runOrThrow("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: ROOT,
    timeout: INSTALL_TIMEOUT_MS,
  });
  const [pack] = Object.values(JSON.parse(packed.slice(packed.search(/^[[{]/m)))) as [
    { filename: string; files: { path: string }[] },
  ];
  tarball = join(folder, pack.filename);
  files = pack.files.map(({ path }) => path);
  await runOrThrow("tar", ["-xzf", tarball, "-C", folder]);
  manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as Manifest;
  absent = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    const source =
      typeof target === "string" ? target : target.default.replace(/^\.\/dist\/(.*)\.js$/, "./$1.ts");
    return existsSync(join(ROOT, source)) ? [] : [subpath];
  });
  if (absent.length > 0)
    console.warn(`\n!!! NOT IN THE PACKAGE YET, AND SO NOT CHECKED: ${absent.join(", ")} !!!\n`);
}, INSTALL_TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

test("it holds the build, the sources, the licence, and nothing else", () => {
  const others = files.filter((path) => !/^(dist|src)\//.test(path));
  expect(others.filter((path) => !["LICENSE", "README.md", "package.json"].includes(path))).toEqual([]);
  expect(others).toContain("LICENSE");
  const stale = files.filter((path) => path.startsWith("dist/")).map((path) => path.replace(/^dist\//, ""));
  const sources = stale.map((path) => path.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts"));
  expect([...new Set(sources)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(files).toContain("dist/src/index.js");
  expect(files).toContain("dist/src/index.d.ts");
});

test("publint finds nothing", async () => {
  const packed = join(folder, "package");
  const own = JSON.parse(await readFile(join(packed, "package.json"), "utf8")) as Manifest;
  for (const subpath of absent) delete own.exports[subpath];
  await writeFile(join(packed, "package.json"), JSON.stringify(own));
  const { messages } = await publint({ pkgDir: packed, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, own, { color: false }))).toEqual([]);
});

test("the types of every subpath resolve", async () => {
  const excluded = absent.length > 0 ? ["--exclude-entrypoints", ...absent] : [];
  const args = [tarball, "--profile", "esm-only", "--format", "ascii", "--no-color", ...excluded];
  const { code, stdout, stderr } = await run(join(BIN, "attw"), args);
  expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
});

test("an empty project can install it, compile against every subpath, and publish", {
  timeout: INSTALL_TIMEOUT_MS,
}, async () => {
  const project = await mkdtemp(join(folder, "project-"));
  const version = (name: string) => `${name}@${manifest.devDependencies[name]}`;
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packages = ["@upstash/redis", "yaml", "@msgpack/msgpack", "@types/node"].map(version);
  const install = [
    "install",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--ignore-scripts",
    tarball,
    ...packages,
  ];
  await runOrThrow("npm", install, { cwd: project, timeout: INSTALL_TIMEOUT_MS });
  await copyFile(join(ROOT, "test/package/consumer.txt"), join(project, "consumer.ts"));
  const subpaths = Object.keys(manifest.exports).filter(
    (path) => !absent.includes(path) && path !== "./package.json",
  );
  const imports = subpaths.map(
    (path, index) => `import * as module${index} from "kombu-edge${path.slice(1)}";`,
  );
  const count = `console.log([${subpaths.map((_path, index) => `Object.keys(module${index}).length > 0`)}].join());`;
  await writeFile(join(project, "subpaths.ts"), [...imports, count].join("\n"));
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    lib: ["es2024", "dom"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  await runOrThrow(join(BIN, "tsc"), ["-p", project]);
  const printed = await runOrThrow(process.execPath, ["consumer.js"], { cwd: project });
  expect(JSON.parse(printed)).toEqual({
    status: "delivered",
    queues: ["billing"],
    size: 5,
    refused: "priority",
    zstd: "application/zstd",
  });
  const loaded = await runOrThrow(process.execPath, ["subpaths.js"], { cwd: project });
  expect(loaded.trim()).toBe(subpaths.map(() => "true").join());
});
