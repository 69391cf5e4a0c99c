/**
 * The runtimes besides workerd and the Node that runs the tests: from npm, in a folder of their own, because they are half
 * a gigabyte that nobody else needs.
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { madeOnce, runOrThrow } from "../made_once.ts";

/** A program that runs an ECMAScript module. */
export interface Runtime {
  readonly name: string;
  readonly program: string;
  /** Arguments before the module's path. */
  readonly args: readonly string[];
}

const FOLDER = fileURLToPath(new URL("../../.cache/runtimes", import.meta.url));
const INSTALL_TIMEOUT_MS = 600_000;

const PACKAGE = {
  private: true,
  dependencies: { bun: "1.4.5", deno: "2.9.5", node20: "npm:node@20", node24: "npm:node@24" },
  // Their programs are put in place by install scripts, which npm 11 runs only for packages that are named.
  allowScripts: { bun: true, deno: true, node: true },
};

/** The Node that runs the tests. */
export const THIS_NODE: Runtime = { name: `Node ${process.version}`, program: process.execPath, args: [] };

/** Installs the other runtimes unless they are there. */
export async function installRuntimes(): Promise<void> {
  const recipe = JSON.stringify(PACKAGE);
  await madeOnce(FOLDER, recipe, async () => {
    await writeFile(join(FOLDER, "package.json"), recipe);
    await runOrThrow("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: FOLDER,
      timeout: INSTALL_TIMEOUT_MS,
    });
  });
}

/** The other runtimes, where {@link installRuntimes} puts them. */
export const OTHER_RUNTIMES: readonly Runtime[] = [
  { name: "Node 20", program: join(FOLDER, "node_modules/node20/bin/node"), args: [] },
  { name: "Node 24", program: join(FOLDER, "node_modules/node24/bin/node"), args: [] },
  { name: "Bun", program: join(FOLDER, "node_modules/.bin/bun"), args: ["run"] },
  {
    name: "Deno",
    program: join(FOLDER, "node_modules/.bin/deno"),
    args: ["run", "--allow-net", "--allow-env"],
  },
];
