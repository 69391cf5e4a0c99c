/** @module The bench's front of the Upstash protocol, before a real Redis. */
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, startDatabase } from "../../bench/front/start.ts";

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.command("FLUSHDB"));

async function post(path: string, body: unknown): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${database.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, answer: await response.json() };
}

test("a command is answered with its result, of whatever type, and a wrong one with its error", async () => {
  expect(await post("/", ["LPUSH", "list", "é", 2])).toEqual({ status: 200, answer: { result: 2 } });
  expect(await post("/", ["LRANGE", "list", 0, -1])).toEqual({ status: 200, answer: { result: ["2", "é"] } });
  expect(await post("/", ["GET", "absent"])).toEqual({ status: 200, answer: { result: null } });
  expect(await post("/", ["PING"])).toEqual({ status: 200, answer: { result: "PONG" } });
  expect(await post("/", ["GET", "list"])).toEqual({
    status: 400,
    answer: { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
  });
});

const MIXED = [
  ["SET", "text", "x"],
  ["LPUSH", "list", "a"],
  ["LPUSH", "text", "a"],
  ["LPUSH", "list", "b"],
];
const MIXED_ANSWER = {
  status: 200,
  answer: [
    { result: "OK" },
    { result: 1 },
    { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
    { result: 2 },
  ],
};

test("a pipeline's commands are answered one by one, in order", async () => {
  expect(await post("/pipeline", MIXED)).toEqual(MIXED_ANSWER);
});

test("so are a transaction's: an error of one is told as an error", async () => {
  expect(await post("/multi-exec", MIXED)).toEqual(MIXED_ANSWER);
});

test("a transaction of which Redis refuses a command is refused, and nothing of it is run", async () => {
  expect(
    await post("/multi-exec", [
      ["LPUSH", "list", "a"],
      ["NO-SUCH-COMMAND", "x"],
    ]),
  ).toEqual({
    status: 400,
    answer: { error: "EXECABORT Transaction discarded because of previous errors." },
  });
  expect(await database.command("EXISTS", "list")).toBe(0);
});

test("a reply and a body of megabytes come through whole", async () => {
  const text = "é".repeat(1_500_000);
  expect(await database.command("SET", "large", text)).toBe("OK");
  expect(await database.command("GET", "large")).toBe(text);
});

test("requests, commands and all bytes of the requests are counted, since the last look", async () => {
  const body = '["PING"]';
  const pipeline = '[["PING"],["PING"]]';
  const requests = [
    `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    `POST /pipeline HTTP/1.1\r\nhost: a\r\ncontent-length: ${pipeline.length}\r\n\r\n${pipeline}`,
  ];
  await database.counts();
  const answers = await overRawSocket(requests.join(""));
  expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(2);
  // Heads of 47 and 56 bytes, bodies of 8 and 19.
  expect(await database.counts()).toEqual({ requests: 2, commands: 3, bytes: 130 });
  expect(await database.counts()).toEqual({ requests: 0, commands: 0, bytes: 0 });
});

/** Sends text in pieces of three bytes, and takes what comes back until both answers are there. */
async function overRawSocket(text: string): Promise<string> {
  const socket = connect({ port: Number(new URL(database.url).port), host: "127.0.0.1", noDelay: true });
  for (let at = 0; at < text.length; at += 3) socket.write(text.slice(at, at + 3));
  let received = "";
  for await (const chunk of socket) {
    received += chunk;
    if ((received.match(/"result"/g) ?? []).length === 3) break;
  }
  return received;
}
