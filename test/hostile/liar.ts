/** @module A database that lies: what answers in place of Redis, changed from test to test. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** A mark that no answer of the gateway may show. */
export const LIE = "canary-reply-bb22";

const JSON_TYPE = { "content-type": "application/json" };

function json(body: string, status = 200): (response: ServerResponse) => void {
  return (response) => void response.writeHead(status, JSON_TYPE).end(body);
}

const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));

/** What it answers, to anything. */
export const LIES: Readonly<Record<string, (response: ServerResponse) => void>> = {
  nothing: (response) => void response.end(),
  "no JSON": json(`<html>${LIE}`),
  "half of a JSON": json(`{"result":"${LIE}`),
  null: json("null"),
  "a number": json("7"),
  "an empty list": json("[]"),
  "an object of nothing": json("{}"),
  "a result of another type": json(`{"result":{"${LIE}":[{}]}}`),
  "a text where a number should be": json(`{"result":"${LIE}"}`),
  "too many results": json(`[${Array.from({ length: 50 }, () => `{"result":"${LIE}"}`)}]`),
  "results that are none": json('[null,1,"x",[],{}]'),
  "a list of everything": json(`{"result":[null,1,"${LIE}",[],{},[[[]]],true]}`),
  "a number below zero": json('{"result":-1}'),
  "a number beyond all": json('{"result":1e400}'),
  "a key of the language": json('{"result":1,"__proto__":{"error":"x"},"constructor":null}'),
  "an error of no text": json('{"error":{"a":1}}', 400),
  "an error that quotes": json(
    `{"error":"ERR unknown command 'LPUSH', with args beginning with: '${LIE}'"}`,
    400,
  ),
  "an error that breaks lines": json(`{"error":"WRONGTYPE x\\r\\nset-cookie: ${LIE}"}`, 400),
  "an error of 5 MB": json(`{"error":"ERR ${LIE.repeat(300_000)}"}`, 400),
  "an error with a good status": json(`{"error":"ERR ${LIE}"}`),
  "100 000 levels": json(`{"result":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
  "20 MB": json(`{"result":"${LIE.repeat(1_200_000)}"}`),
  "a gzip bomb": (response) =>
    void response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(bomb),
  "another place": (response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
  "itself for ever": (response) => void response.writeHead(302, { location: "/" }).end(),
  "a status of its own": json(`{"error":"${LIE}"}`, 299),
  "418": json(`{"error":"${LIE}"}`, 418),
  "500 headers": (response) => {
    for (let index = 0; index < 500; index++) response.setHeader(`x-${index}`, LIE);
    response.end('{"result":1}');
  },
  "no more than the beginning": (response) => {
    response.writeHead(200, { ...JSON_TYPE, "content-length": "1000" });
    response.write(`{"result":"${LIE}`, () => response.socket?.destroy());
  },
  "a closed connection": (response) => void response.socket?.destroy(),
};

/** One that runs. */
export interface Liar {
  readonly url: string;
  /** Paths that were asked for, with the token that came along. */
  readonly asked: readonly { readonly path: string; readonly token: string | undefined }[];
  tell(lie: (response: ServerResponse) => void): void;
  close(): Promise<void>;
}

/** Starts one that answers what it is told to. */
export async function startLiar(): Promise<Liar> {
  let answer = LIES.nothing!;
  const asked: { path: string; token: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? "", token: request.headers.authorization });
    request.resume();
    request.on("end", () => answer(response));
    request.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    tell(lie) {
      answer = lie;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
