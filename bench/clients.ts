/** @module The other Celery clients for Node, each in an environment of the bench's own. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { CACHE } from "./python.ts";
import { skip } from "./rounds.ts";

/** Those that are asked for; exact, because they are no longer maintained and break with what they stand on. */
export const CLIENTS: Readonly<Record<string, string>> = { "celery-node": "0.5.9", "celery-ts": "1.2.3" };

/** Installs a client and returns the folder that it can be imported from; `undefined`, with the reason printed, when it cannot. */
export function prepareClient(name: string): string | undefined {
  const folder = `${CACHE}${name}/`;
  const installed = `${folder}node_modules/${name}/package.json`;
  if (existsSync(installed)) return folder;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}package.json`, '{ "private": true }\n');
    const what = [`${name}@${CLIENTS[name]}`, "--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync("npm", ["install", "--loglevel=error", ...what], { cwd: folder, stdio: "pipe" });
    return folder;
  } catch (error) {
    skip(name, error);
    return undefined;
  }
}

/** The versions that are installed, such as `celery-node 0.5.9`. */
export function clientVersions(): readonly string[] {
  return Object.keys(CLIENTS).flatMap((name) => {
    const file = `${CACHE}${name}/node_modules/${name}/package.json`;
    if (!existsSync(file)) return [];
    return [`${name} ${(JSON.parse(readFileSync(file, "utf8")) as { version: string }).version}`];
  });
}
