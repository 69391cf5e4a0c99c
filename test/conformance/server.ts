/** @module A Redis for the conformance suite alone, because it empties the database for every case. */
import type { TestProject } from "vitest/node";
import { startLocalRedis } from "../../local/index.ts";
import { findServerBinary } from "../../local/server/binary.ts";

declare module "vitest" {
  interface ProvidedContext {
    conformanceUrl: string;
    conformanceToken: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isEmbedded = process.env.KOMBU_EDGE_STORE === "embedded" || findServerBinary() === undefined;
  const local = await startLocalRedis({ store: isEmbedded ? "embedded" : "server" });
  project.provide("conformanceUrl", local.url);
  project.provide("conformanceToken", local.token);
  return () => local.close();
}
