/** @module The network far away. Only what it must take at least: a slow machine takes longer. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FarAway, farAway } from "../../bench/far.ts";

let echo: Server;
let far: FarAway;
beforeAll(async () => {
  echo = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(echo, "listening");
  far = await farAway((echo.address() as AddressInfo).port, 20);
});
afterAll(() => {
  far.close();
  echo.close();
});

const open = () => connect({ port: far.port, host: "127.0.0.1", noDelay: true });

/** Milliseconds until all that is sent has come back. */
async function thereAndBack(socket: Socket, sent: Buffer): Promise<number> {
  const start = performance.now();
  socket.write(sent);
  const received: Buffer[] = [];
  for (let size = 0; size < sent.length; ) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    received.push(chunk);
    size += chunk.length;
  }
  const took = performance.now() - start;
  expect(Buffer.concat(received).equals(sent)).toBe(true);
  return took;
}

test("connecting costs a round trip, which the first byte waits for, and each byte takes one more", async () => {
  const start = performance.now();
  const socket = open();
  await thereAndBack(socket, Buffer.from("a"));
  expect(performance.now() - start).toBeGreaterThanOrEqual(40);
  expect(await thereAndBack(socket, Buffer.from("b"))).toBeGreaterThanOrEqual(20);
  socket.destroy();
});

test("a megabyte takes a second's twelfth each way besides, and arrives as it was sent", async () => {
  const socket = open();
  await thereAndBack(socket, Buffer.from("a"));
  const megabyte = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7919) % 251));
  expect(await thereAndBack(socket, megabyte)).toBeGreaterThanOrEqual(80);
  socket.destroy();
});

test("a caller that says goodbye gets all that was under way", async () => {
  const socket = connect({ port: far.port, host: "127.0.0.1", allowHalfOpen: true });
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  socket.end("last words");
  await once(socket, "end");
  expect(received).toBe("last words");
});
