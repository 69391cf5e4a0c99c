/** @module The HTTP server: sockets, status lines, and closing. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Store } from "../store.ts";
import { createHandler, type HandlerOptions } from "./handler.ts";
import { errorJson } from "./reply.ts";

export interface Listening {
  /** Where the front listens, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the HTTP front on 127.0.0.1.
 *
 * @param port 0 takes a free one.
 * @throws the error of `node:http`, such as EADDRINUSE, when the port cannot be had.
 */
export async function listen(store: Store, port: number, options: HandlerOptions): Promise<Listening> {
  const handle = createHandler(store, options);
  const server = createServer(async (request, response) => {
    let status = 500;
    let body = errorJson("ERR The local front failed");
    try {
      ({ status, body } = await handle(request));
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      console.error("The local Redis front failed on a request:", error);
    }
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
