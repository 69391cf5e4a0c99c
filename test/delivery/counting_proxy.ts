/** @module An HTTP proxy before the local Redis that counts requests and keeps what they ask. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request: its path, and its commands. */
export interface Counted {
  readonly path: string;
  readonly commands: readonly (readonly string[])[];
}

export interface CountingProxy {
  readonly url: string;
  /** The requests since this was last called. */
  taken(): readonly Counted[];
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let requests: Counted[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? "/";
    const asked = JSON.parse(body.toString()) as string[] | string[][];
    requests.push({ path, commands: path === "/" ? [asked as string[]] : (asked as string[][]) });
    const answer = await fetch(target + path, {
      method: request.method ?? "POST",
      headers: { authorization: request.headers.authorization ?? "" },
      body,
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken() {
      const taken = requests;
      requests = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
