/**
 * Kombu's `brotli` compression from the runtime's own zlib, for `registerCompression` or `compression: brotli`.
 *
 * The consumer needs the Python package `brotli`. Spec kombu-redis §4.
 * @module
 */
import zlib from "node:zlib";
import { CompressionNotInstalledError } from "../errors.ts";
import type { Compression } from "./compression.ts";

/** Raw brotli at the runtime's default quality. `compress` throws {@link CompressionNotInstalledError} where zlib lacks it. */
export const brotli: Compression = {
  names: ["brotli"],
  contentType: "application/x-brotli",
  compress(payload) {
    if (typeof zlib.brotliCompressSync !== "function") {
      throw new CompressionNotInstalledError('"compression" brotli is not part of this runtime\'s zlib');
    }
    return zlib.brotliCompressSync(payload);
  },
};
