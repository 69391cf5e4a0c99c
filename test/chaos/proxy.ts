/** @module The proxy between the Worker and Redis that lets a share of the requests go wrong. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request as send } from "undici";
import { type Answer, FAULT_LIST } from "./faults.ts";
import type { Random } from "./random.ts";

/** What the proxy is started with. */
export interface ProxyOptions {
  /** The HTTP front of Redis. */
  readonly target: string;
  readonly random: Random;
  /** Which part of the requests goes wrong, from 0 to 1. */
  readonly share: number;
  /** Told of each fault, with the publications that the request carried. */
  readonly onFault: (fault: string, ids: ReadonlySet<string>) => void;
}

/** A proxy that runs. */
export interface FaultProxy {
  readonly url: string;
  /** Requests that went through so far, those that went wrong included. */
  requests(): number;
  /** Closes the port for a while, so that connections are refused. */
  refuse(milliseconds: number): Promise<void>;
  /** No more faults; waits until those under way are over. */
  calm(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startProxy({ target, random, share, onFault }: ProxyOptions): Promise<FaultProxy> {
  const agent = new Agent({ connections: 64 });
  let requests = 0;
  let isCalm = false;
  let isClosing = false;
  const underWay = new Set<Promise<void>>();
  const draw = random.deck(FAULT_LIST);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    requests++;
    // A connection that is kept would be a way around a closed port.
    if (isClosing) response.shouldKeepAlive = false;
    const forward = () => pass(agent, request, target, body);
    if (isCalm || random.next() >= share) {
      const { status, body: answer } = await forward();
      response.writeHead(status, { "content-type": "application/json" }).end(answer);
      return;
    }
    const fault = draw();
    onFault(fault.name, idsIn(body));
    await fault.act({ request, response, random, forward });
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const handled: Promise<void> = handle(request, response)
      .catch(() => void request.socket.destroy())
      .finally(() => underWay.delete(handled));
    underWay.add(handled);
  };
  const open = async (port: number): Promise<Server> => {
    const server = createServer({ keepAliveTimeout: 60_000 }, listener).listen(port, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    async refuse(milliseconds) {
      isClosing = true;
      server.close();
      server.closeIdleConnections();
      await sleep(milliseconds);
      isClosing = false;
      server = await open(port);
    },
    async calm() {
      isCalm = true;
      await Promise.all(underWay);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await agent.close();
    },
  };
}

async function pass(agent: Agent, request: IncomingMessage, target: string, body: Buffer): Promise<Answer> {
  const { authorization, "content-type": type } = request.headers;
  const { statusCode, body: answer } = await send(`${target}${request.url}`, {
    dispatcher: agent,
    method: "POST",
    headers: { authorization: authorization ?? "", "content-type": type ?? "application/json" },
    body,
  });
  return { status: statusCode, body: Buffer.from(await answer.arrayBuffer()) };
}

const ID = /pub-\d+/g;

/** The publications in a request: their ids are in plain text, or in a body that Kombu's way of writing made base64. */
export function idsIn(body: Buffer): ReadonlySet<string> {
  const text = body.toString();
  const ids = new Set(text.match(ID));
  for (const [run] of text.matchAll(/[A-Za-z0-9+/]{12,}={0,2}/g)) {
    for (const id of Buffer.from(run, "base64").toString("latin1").match(ID) ?? []) ids.add(id);
  }
  return ids;
}
