/**
 * @module A network far away: a TCP proxy that holds everything back on its way there and on its way back, opens a connection no sooner than a
 * handshake would, and carries no more than a line does. What it leaves out: packets that are lost, and TCP's slow start, so that a long connection is
 * as fast from its first byte on.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Bits per second of each connection, each way. */
export const BITS_PER_SECOND = 100_000_000;

/** A proxy before a server on 127.0.0.1. */
export interface FarAway {
  readonly port: number;
  close(): void;
}

/**
 * Starts one; a round trip through it takes `milliseconds` longer. Connecting takes as much again: the caller's connection is there at once, as it is made by
 * the kernel, so it is its first bytes that are held back for another round trip.
 */
export async function farAway(port: number, milliseconds: number): Promise<FarAway> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const open = performance.now() + milliseconds;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      const line = new Line(to, open, milliseconds / 2);
      from.on("data", (chunk) => line.send(chunk));
      from.on("end", () => line.end());
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
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

/** One way: bytes leave one after another at the line's rate, and each takes the same time to arrive. */
class Line {
  readonly #to: Socket;
  readonly #delay: number;
  /** When all that was sent has left. */
  #free: number;
  /** In order of arrival; `undefined` is the end. */
  readonly #underWay: { readonly arrival: number; readonly chunk: Buffer | undefined }[] = [];

  /** @param open The time, as of `performance.now()`, before which nothing leaves. */
  constructor(to: Socket, open: number, delay: number) {
    this.#to = to;
    this.#free = open;
    this.#delay = delay;
  }

  send(chunk: Buffer): void {
    this.#enqueue(chunk, (chunk.length * 8_000) / BITS_PER_SECOND);
  }

  end(): void {
    this.#enqueue(undefined, 0);
  }

  #enqueue(chunk: Buffer | undefined, duration: number): void {
    this.#free = Math.max(this.#free, performance.now()) + duration;
    this.#underWay.push({ arrival: this.#free + this.#delay, chunk });
    if (this.#underWay.length === 1) this.#wait();
  }

  #wait(): void {
    const left = this.#underWay[0]!.arrival - performance.now();
    // Timers count whole milliseconds, of which the head and the body of a request, sent one after the other, would each pay one.
    if (left < 1) setImmediate(() => this.#arrive());
    else setTimeout(() => this.#arrive(), Math.floor(left));
  }

  #arrive(): void {
    const now = performance.now();
    while (this.#underWay.length > 0 && this.#underWay[0]!.arrival <= now) {
      const { chunk } = this.#underWay.shift()!;
      if (this.#to.destroyed) continue;
      if (chunk) this.#to.write(chunk);
      else this.#to.end();
    }
    if (this.#underWay.length > 0) this.#wait();
  }
}
