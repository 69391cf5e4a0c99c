/** @module A network far away: a TCP proxy that holds everything back on its way there and on its way back. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A proxy before a server on 127.0.0.1. */
export interface FarAway {
  readonly port: number;
  close(): void;
}

/** Starts one; a round trip through it takes `milliseconds` longer. */
export async function farAway(port: number, milliseconds: number): Promise<FarAway> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => void setTimeout(() => to.write(chunk), milliseconds / 2));
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
