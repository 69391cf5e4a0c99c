/** @module A proxy before the tests' Redis that breaks requests on purpose, and counts them. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds before a slow request is passed on. */
const SLOW_MS = 1_000;

/**
 * Ways to fail. `before`: the command never reaches Redis. `after`: it was applied and the answer is lost.
 * `half`: applied, and the answer breaks off. `garbage`, `empty`, `html`: applied, and something else answers. `stall`: applied,
 * and never answered; `stall-push` only for what pushes. `slow`: all is well, a second later.
 */
const FAULTS = {
  pass: async (proxied: Proxied) => void answer(proxied, await proxied.forward()),
  "reset-before": async ({ request }: Proxied) => void request.socket.destroy(),
  "reset-after": async ({ request, forward }: Proxied) => {
    await forward();
    request.socket.destroy();
  },
  half: async ({ request, response, forward }: Proxied) => {
    const { body } = await forward();
    response.writeHead(200, { "content-type": "application/json", "content-length": String(body.length) });
    response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
  },
  garbage: async ({ response, forward }: Proxied) => {
    await forward();
    response.end('{"result":"hunter2"}');
  },
  empty: async ({ response, forward }: Proxied) => {
    await forward();
    response.end();
  },
  html: async ({ response, forward }: Proxied) => {
    await forward();
    response.writeHead(502, { "content-type": "text/html" }).end("<html>Bad Gateway hunter2</html>");
  },
  "json-503": async ({ response, forward }: Proxied) => {
    await forward();
    response.writeHead(503, { "content-type": "application/json" }).end('{"error":"upstream hunter2"}');
  },
  "401": async ({ response }: Proxied) => {
    response.writeHead(401).end('{"error":"WRONGPASS invalid or missing auth token"}');
  },
  loading: async ({ response }: Proxied) => {
    response.writeHead(400).end('{"error":"LOADING Redis is loading the dataset in memory"}');
  },
  quota: async ({ response }: Proxied) => {
    response
      .writeHead(400)
      .end('{"error":"ERR max daily request limit exceeded. Limit: 10000, Usage: 10001."}');
  },
  stall: async ({ forward }: Proxied) => void (await forward()),
  "stall-push": async (proxied: Proxied) => {
    const reply = await proxied.forward();
    if (!/LPUSH|EVAL/.test(reply.asked)) answer(proxied, reply);
  },
  slow: async (proxied: Proxied) => {
    await sleep(SLOW_MS);
    answer(proxied, await proxied.forward());
  },
} satisfies Record<string, (proxied: Proxied) => Promise<void>>;

/** The name of a way to fail. */
export type Fault = keyof typeof FAULTS;

interface Proxied {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  forward(): Promise<Forwarded>;
}

/** What Redis answered, and what it was asked. */
interface Forwarded {
  readonly status: number;
  readonly body: Buffer;
  readonly asked: string;
}

/**
 * Starts the proxy. The base path of a URL says what happens: `/<fault>/<times>/<name>` fails the first so many requests
 * under that name and passes on the others, and `<fault>,<fault>` fails them in different ways by turns; `GET /count/<name>`
 * tells how many there were. For a URL that stays the same, `/switched/-/<name>`: `GET /switch/<fault>/<times>/<name>/<passed>`
 * says how the next so many requests under that name fail, after so many that pass.
 *
 * @param target The HTTP front of the tests' Redis.
 */
export async function startFaultProxy(target: string): Promise<{ url: string; close(): Promise<void> }> {
  const counts = new Map<string, number>();
  const switches = new Map<string, { fault: Fault; left: number; passed: number }>();
  const next = (name: string): Fault => {
    const state = switches.get(name);
    if (state && state.passed-- > 0) return "pass";
    return state && state.left-- > 0 ? state.fault : "pass";
  };
  const server = createServer((request, response) => {
    const [, fault = "", times = "", name = "", ...path] = (request.url ?? "/").split("/");
    if (fault === "switch") {
      switches.set(path[0]!, { fault: times as Fault, left: Number(name), passed: Number(path[1] ?? 0) });
      response.end();
      return;
    }
    if (fault === "count") {
      response.end(String(counts.get(times) ?? 0));
      return;
    }
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const faults = fault.split(",") as Fault[];
    const inTurn = count <= Number(times) ? faults[(count - 1) % faults.length]! : "pass";
    const act = FAULTS[fault === "switched" ? next(name) : inTurn];
    const forward = () => pass(request, `${target}/${path.join("/")}`);
    act({ request, response, forward }).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function pass(request: IncomingMessage, url: string): Promise<Forwarded> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).filter(([name]) =>
    /^(authorization|content-type|upstash-)/.test(name),
  );
  const reply = await fetch(url, {
    method: "POST",
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  });
  const asked = Buffer.concat(chunks).toString();
  return { status: reply.status, body: Buffer.from(await reply.arrayBuffer()), asked };
}

function answer({ response }: Proxied, { status, body }: Forwarded): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}
