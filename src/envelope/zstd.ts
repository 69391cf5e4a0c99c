/**
 * Kombu's `zstd` compression from the runtime's own zlib, for `registerCompression` or `compression: zstd`.
 *
 * The consumer needs the Python package `zstandard`. Spec kombu-redis §4.
 * @module
 */
import zlib from "node:zlib";
import { CompressionNotInstalledError } from "../errors.ts";
import type { Compression } from "./compression.ts";

interface ZstdZlib {
  zstdCompressSync?: (payload: Uint8Array, options: { pledgedSrcSize: number }) => Uint8Array;
}

/** A zstd frame with its content size. `compress` throws {@link CompressionNotInstalledError} where zlib lacks it. */
export const zstd: Compression = {
  names: ["zstd", "zstandard"],
  contentType: "application/zstd",
  compress(payload) {
    const { zstdCompressSync } = zlib as ZstdZlib;
    if (typeof zstdCompressSync !== "function") {
      throw new CompressionNotInstalledError('"compression" zstd is not part of this runtime\'s zlib');
    }
    // Kombu ≤ 5.6 cannot decode a frame whose header lacks the content size, so it is pledged.
    return zstdCompressSync(payload, { pledgedSrcSize: payload.byteLength });
  },
};
