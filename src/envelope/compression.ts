/**
 * Compressions by name. The header carries the MIME type, never the alias, and Kombu's `gzip` is a zlib container
 * (RFC 1950), not gzip. Spec kombu-redis §4.
 * @module
 */
import { CompressionNotInstalledError, InvalidArgumentError } from "../errors.ts";

/** A compression: pass one as `compression`, or register it to use it by name. */
export interface Compression {
  /** Kombu's names for it, such as `["brotli"]`. */
  readonly names: readonly string[];
  /** What `headers.compression` says; the consumer chooses its decoder by it. */
  readonly contentType: string;
  compress(payload: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

const zlib: Compression = {
  names: ["gzip", "zlib"],
  contentType: "application/x-gzip",
  async compress(payload) {
    const stream = new Blob([payload as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new CompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
};

const registry = new Map<string, Compression>();
registerCompression(zlib);

/** What Kombu knows by these names but no fetch-capable runtime has built in. */
const KNOWN_ELSEWHERE: Record<string, string> = {
  brotli: 'import { brotli } from "kombu-edge/brotli" and register it',
  "application/x-brotli": 'import { brotli } from "kombu-edge/brotli" and register it',
  zstd: 'import { zstd } from "kombu-edge/zstd" and register it',
  zstandard: 'import { zstd } from "kombu-edge/zstd" and register it',
  "application/zstd": 'import { zstd } from "kombu-edge/zstd" and register it',
};

/**
 * Makes a compression available by its names and content type in this isolate, as `kombu.compression.register` does.
 *
 * @throws {InvalidArgumentError} For a missing member.
 */
export function registerCompression(compression: Compression): void {
  const { names, contentType, compress } = compression;
  if (!Array.isArray(names) || names.length === 0) {
    throw new InvalidArgumentError("compression.names", "must be a list of names");
  }
  if (typeof contentType !== "string" || contentType === "") {
    throw new InvalidArgumentError("compression.contentType", "must be a content type");
  }
  if (typeof compress !== "function")
    throw new InvalidArgumentError("compression.compress", "must be a function");
  for (const name of [...names, contentType]) registry.set(name, compression);
}

/**
 * The compression of a name or MIME type.
 *
 * @throws {CompressionNotInstalledError} When nothing is registered under it, with what to do about it.
 */
export function findCompression(compression: string | Compression): Compression {
  if (typeof compression !== "string") {
    if (typeof compression?.compress === "function") return compression;
    throw new InvalidArgumentError("compression", "must be a name, or have the function compress");
  }
  const found = registry.get(compression);
  if (found) return found;
  const known = [...new Set([...registry.values()].flatMap((entry) => entry.names))].join(", ");
  const advice = Object.hasOwn(KNOWN_ELSEWHERE, compression)
    ? KNOWN_ELSEWHERE[compression]
    : "register others with registerCompression";
  throw new CompressionNotInstalledError(`"compression" must be one of ${known}; ${advice}`);
}
