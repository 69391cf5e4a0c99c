/** @module Looks for a Redis server on PATH. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["redis-server", "valkey-server"] as const;

/**
 * Finds `redis-server`, else `valkey-server`.
 *
 * @param path Folders to look in. Default is the environment's PATH.
 * @returns the whole path of the program, or `undefined`.
 */
export function findServerBinary(path: string = process.env.PATH ?? ""): string | undefined {
  for (const name of NAMES) {
    for (const folder of path.split(delimiter)) {
      if (folder === "") continue;
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {}
    }
  }
  return undefined;
}
