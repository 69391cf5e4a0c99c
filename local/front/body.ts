/** @module Reads a request body up to a limit; what is beyond is drained, so that the client gets its answer. */
import type { IncomingMessage } from "node:http";

/**
 * Reads a body into memory.
 *
 * @param maximumBytes Largest body that is kept.
 * @returns the bytes, or `undefined` for a body beyond the limit. That one is read to its end and thrown away:
 *   destroying the socket would show the client a broken pipe in place of the 413 (http-redis §3).
 */
export function readBody(request: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maximumBytes) chunks = undefined;
      chunks?.push(chunk);
    });
    request.on("end", () => resolve(chunks && Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("aborted", () => reject(new Error("The client went away before its request was complete.")));
  });
}
