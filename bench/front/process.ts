/**
 * @module A front of the Upstash protocol that is as fast as Node allows, in a process of its own: what is measured
 * before it must be the slower part. `local/` has the front for every other use.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectRaw, type RawReply } from "./resp.ts";

/** What the front has seen since it was last asked. */
export interface FrontCounts {
  readonly requests: number;
  readonly commands: number;
  /** Bytes of request bodies. */
  readonly bytes: number;
}

const counts = { requests: 0, commands: 0, bytes: 0 };
const redis = connectRaw(Number(process.argv[2]));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => void chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    counts.requests++;
    counts.bytes += body.length;
    const given = JSON.parse(body.toString()) as unknown[];
    const answer = (status: number, text: string) => {
      response.writeHead(status, [
        "content-type",
        "application/json",
        "content-length",
        String(Buffer.byteLength(text)),
      ]);
      response.end(text);
    };
    if (request.url === "/") {
      counts.commands++;
      redis.send([given], ([reply]) => answer(reply!.failed ? 400 : 200, toJson(reply!)));
      return;
    }
    const commands = given as unknown[][];
    counts.commands += commands.length;
    if (request.url === "/pipeline") {
      redis.send(commands, (replies) => answer(200, `[${replies.map(toJson).join(",")}]`));
    } else {
      // Their results are in the last reply, already joined as JSON.
      redis.send([["MULTI"], ...commands, ["EXEC"]], (replies) => {
        const results = JSON.parse(replies.at(-1)!.json) as unknown[];
        answer(200, JSON.stringify(results.map((result) => ({ result }))));
      });
    }
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.send!({ port: (server.address() as AddressInfo).port }));

process.on("message", () => {
  process.send!({ ...counts });
  Object.assign(counts, { requests: 0, commands: 0, bytes: 0 });
});
process.on("disconnect", () => process.exit());

function toJson({ json, failed }: RawReply): string {
  return failed ? `{"error":${json}}` : `{"result":${json}}`;
}
