/** @module Builds of other commits: their files in a temporary folder, built by their own build. */
import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Bundle, bundle } from "./bundles.ts";
import { temporaryFolder } from "./children.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const BUILD = "build/worker.ts";
const DEPENDENCIES = "package-lock.json";

/** The files of a commit, or of the working tree. */
export interface Sources {
  /** Such as `ca660e1`, or `working tree`. */
  readonly name: string;
  readonly folder: string;
}

/** What workerd takes. */
export type Modules = Pick<Bundle, "modules">;

/** The files as they are now, committed or not. */
export const WORKING_TREE: Sources = { name: "working tree", folder: ROOT };

/**
 * Puts a commit's files into a temporary folder, which is removed when this process ends. The packages are those of the working tree; where the commit asks
 * for others, that is said. Git's index and its list of worktrees stay as they are, so that nothing is left to tidy up.
 *
 * @throws Error when there is no such commit, or it has no build.
 */
export function checkOut(commit: string): Sources {
  const hash = find(commit);
  const name = git("rev-parse", "--short", hash);
  if (!git("ls-tree", "--name-only", hash, "--", BUILD)) throw new Error(`${name} has no ${BUILD}`);
  const parent = temporaryFolder();
  const folder = join(parent, "tree");
  const env = { ...process.env, GIT_INDEX_FILE: join(parent, "index") };
  execFileSync("git", ["read-tree", hash], { cwd: ROOT, env });
  execFileSync("git", ["checkout-index", "--all", `--prefix=${folder}/`], { cwd: ROOT, env });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  if (git("diff", "--name-only", hash, "--", DEPENDENCIES)) {
    console.warn(`${name} has another ${DEPENDENCIES}: it is built with the packages of the working tree`);
  }
  return { name, folder };
}

function find(commit: string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`);
  } catch {
    throw new Error(`there is no commit ${commit} here`);
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
}

/** Builds the gateway, by the build of those very sources. */
export async function gatewayOf({ folder }: Sources): Promise<Modules> {
  const { buildWorker } = (await import(pathToFileURL(join(folder, BUILD)).href)) as {
    buildWorker(directory: string): Promise<unknown>;
  };
  const built = temporaryFolder();
  await buildWorker(built);
  const modules = new Map([["worker.js", ""]]);
  for (const path of await readdir(built, { recursive: true })) {
    if (path.endsWith(".js")) modules.set(path, await readFile(join(built, path), "utf8"));
  }
  return { modules };
}

/**
 * Bundles the Worker that does a job with the library of those sources.
 *
 * @param file In `bench/workers/`.
 * @throws Error when they have none.
 */
export async function libraryOf({ name, folder }: Sources, file: string): Promise<Modules> {
  const path = join(folder, "bench/workers", file);
  if (!existsSync(path)) throw new Error(`${name} has no bench/workers/${file}`);
  return await bundle(pathToFileURL(path));
}
