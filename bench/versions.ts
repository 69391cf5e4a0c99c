/** @module What the contenders of this project's own stand on, for the head of the results. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { findServerBinary } from "../local/server/binary.ts";

/** The versions of Redis, of workerd and of the client, such as `workerd 1.20261023.2`. */
export function serverVersions(): readonly string[] {
  const binary = findServerBinary();
  const said = binary ? execFileSync(binary, ["--version"], { encoding: "utf8" }) : "";
  const version = /v=(\S+)/.exec(said)?.[1];
  return [
    ...(version ? [`redis-server ${version}`] : []),
    `workerd ${installed("workerd")}`,
    `@upstash/redis ${installed("@upstash/redis")}`,
  ];
}

function installed(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
