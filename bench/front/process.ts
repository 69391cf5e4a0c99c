/**
 * @module A front of the Upstash protocol that costs as little as Node allows, in a process of its own: what is measured before it
 * must be the slower part, and shares the machine with it. `local/` has the front for every other use.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connectRaw, type RawReply } from "./resp.ts";

/** What the front has seen since it was last asked. */
export interface FrontCounts {
  readonly requests: number;
  readonly commands: number;
  /** Bytes of the requests, heads and bodies: all that came over the wire, which has no TLS here. */
  readonly bytes: number;
}

const counts = { requests: 0, commands: 0, bytes: 0 };
const redis = connectRaw(Number(process.argv[2]));

const server = createServer({ noDelay: true }, (socket) => {
  let parts: Buffer[] = [];
  let size = 0;
  let wanted = 0;
  socket.on("data", (chunk) => {
    parts.push(chunk);
    size += chunk.length;
    // A body of megabytes comes in many chunks, which are joined once.
    while (size > 0 && size >= wanted) {
      const data = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      const headEnd = data.indexOf("\r\n\r\n");
      const head = data.toString("latin1", 0, headEnd);
      wanted = headEnd < 0 ? data.length + 1 : headEnd + 4 + bodyLength(head);
      parts = [data];
      if (headEnd < 0 || size < wanted) return;
      counts.bytes += wanted;
      answer(
        socket,
        head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/")),
        data.subarray(headEnd + 4, wanted),
      );
      parts = [data.subarray(wanted)];
      size -= wanted;
      wanted = 0;
    }
  });
  socket.on("error", () => socket.destroy());
});

function bodyLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`the front reads no body without a length: ${head}`);
  return Number(length);
}

function answer(socket: Socket, path: string, body: Buffer): void {
  counts.requests++;
  const given = JSON.parse(body.toString()) as unknown[];
  if (path === "/") {
    counts.commands++;
    redis.send([given], ([reply]) => write(socket, reply!.failed ? 400 : 200, toJson(reply!)));
    return;
  }
  const commands = given as unknown[][];
  counts.commands += commands.length;
  if (path === "/pipeline") {
    redis.send(commands, (replies) => write(socket, 200, `[${replies.map(toJson).join(",")}]`));
    return;
  }
  redis.send([["MULTI"], ...commands, ["EXEC"]], (replies) => {
    const executed = replies.at(-1)!;
    // Without items nothing was run: a command was refused when it was queued.
    if (executed.items) write(socket, 200, `[${executed.items.map(toJson).join(",")}]`);
    else write(socket, 400, toJson(executed));
  });
}

function write(socket: Socket, status: number, text: string): void {
  const length = Buffer.byteLength(text);
  socket.write(
    `HTTP/1.1 ${status} -\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${text}`,
  );
}

function toJson({ json, failed }: RawReply): string {
  return failed ? `{"error":${json}}` : `{"result":${json}}`;
}

server.listen(0, "127.0.0.1", () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on("message", () => {
  process.send!({ ...counts });
  Object.assign(counts, { requests: 0, commands: 0, bytes: 0 });
});
process.on("disconnect", () => process.exit());
