/** @module One TCP connection to Redis that takes commands as they come and gives each its reply as JSON text. */
import { connect, type Socket } from "node:net";

const CARRIAGE_RETURN = 13;

/** A reply: JSON text of the result, or of the error. */
export interface RawReply {
  readonly json: string;
  readonly failed: boolean;
  /** Of an array, such as the reply to `EXEC`, in which each may have failed by itself. */
  readonly items?: readonly RawReply[];
}

/** Commands in, replies out, in order. */
export interface RawConnection {
  /** Sends commands with nothing in between and calls back with one reply per command. */
  send(commands: readonly (readonly unknown[])[], done: (replies: RawReply[]) => void): void;
  close(): void;
}

interface Waiting {
  readonly count: number;
  readonly replies: RawReply[];
  readonly done: (replies: RawReply[]) => void;
}

/** Connects to a Redis on 127.0.0.1. */
export function connectRaw(port: number): RawConnection {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const waiting: Waiting[] = [];
  let first = 0;
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const read = readReply(rest, at);
      if (!read) break;
      at = read.end;
      const head = waiting[first]!;
      head.replies.push(read);
      if (head.replies.length === head.count) {
        first++;
        head.done(head.replies);
      }
    }
    rest = rest.subarray(at);
    if (first === waiting.length) waiting.length = first = 0;
  });
  return {
    send(commands, done) {
      waiting.push({ count: commands.length, replies: [], done });
      socket.write(commands.map(encode).join(""));
    },
    close: () => void socket.destroy(),
  };
}

function encode(command: readonly unknown[]): string {
  let text = `*${command.length}\r\n`;
  for (const argument of command) {
    const value = typeof argument === "string" ? argument : String(argument);
    text += `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
  }
  return text;
}

/** Reads one reply that starts at `at`; `undefined` when it is not all there yet. */
function readReply(data: Buffer, at: number): (RawReply & { end: number }) | undefined {
  const lineEnd = data.indexOf(CARRIAGE_RETURN, at);
  if (lineEnd < 0 || lineEnd + 2 > data.length) return undefined;
  const line = data.toString("utf8", at + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(data[at]!)) {
    case ":":
      return { json: line, failed: false, end };
    case "-":
      return { json: JSON.stringify(line), failed: true, end };
    case "$": {
      const length = Number(line);
      if (length < 0) return { json: "null", failed: false, end };
      if (end + length + 2 > data.length) return undefined;
      return {
        json: JSON.stringify(data.toString("utf8", end, end + length)),
        failed: false,
        end: end + length + 2,
      };
    }
    case "*": {
      // Of nothing: a transaction that was called off.
      if (line === "-1") return { json: "null", failed: false, end };
      const items: RawReply[] = [];
      let next = end;
      for (let index = 0; index < Number(line); index++) {
        const item = readReply(data, next);
        if (!item) return undefined;
        items.push(item);
        next = item.end;
      }
      return { json: `[${items.map(({ json }) => json).join(",")}]`, failed: false, items, end: next };
    }
    default:
      return { json: JSON.stringify(line), failed: false, end };
  }
}
