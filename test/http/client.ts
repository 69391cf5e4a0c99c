/** @module The gateway as a caller sees it, before the real Redis of `test/servers.ts`. */
import { Redis } from "@upstash/redis/cloudflare";
import { expect, inject, vi } from "vitest";
import { type GatewayConfig, gateway } from "../../src/http/gateway.ts";

export const TOKEN = "all-of-it";

/** Bindings of the deployment under test. */
export function environment(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    API_TOKEN: TOKEN,
    ...more,
  };
}

export const redis = new Redis({
  url: inject("redisHttpUrl"),
  token: inject("redisHttpToken"),
  automaticDeserialization: false,
  enableTelemetry: false,
});

/** A name that no other test uses. */
export function fresh(name: string): string {
  return `${name}-${crypto.randomUUID().slice(0, 8)}`;
}

export interface Ask {
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  /** Sent as JSON, with its content type. */
  readonly json?: unknown;
  readonly env?: Record<string, unknown>;
  readonly token?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at, not used
  readonly body: any;
  readonly text: string;
}

/** Makes one gateway and asks it. */
export function client(config: GatewayConfig = {}) {
  const app = gateway(config);
  return async (method: string, path: string, ask: Ask = {}): Promise<Answer> => {
    const headers = new Headers({
      ...("token" in ask ? {} : { authorization: `Bearer ${TOKEN}` }),
      ...(ask.token !== undefined && { authorization: `Bearer ${ask.token}` }),
      ...("json" in ask && { "content-type": "application/json" }),
      ...ask.headers,
    });
    const body = "json" in ask ? JSON.stringify(ask.json) : ask.body;
    const request = new Request(`https://gateway.test${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    // What a runtime adds of itself, so that a test says all that is sent.
    if (!("json" in ask) && !ask.headers?.["content-type"]) request.headers.delete("content-type");
    return await read(await app.fetch(request, ask.env ?? environment()));
  };
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  expect(headers.get("cache-control")).toBe("no-store");
  const body = text !== "" && /json/.test(headers.get("content-type") ?? "") ? JSON.parse(text) : undefined;
  return { status, headers, body, text };
}

/** A message as it lies in its queue. */
export interface Landed {
  readonly body: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  // biome-ignore lint/suspicious/noExplicitAny: an envelope is looked at, not used
  readonly envelope: any;
}

/** The messages of a queue's list, oldest first. */
export async function landed(list: string): Promise<Landed[]> {
  const members = await redis.lrange(list, 0, -1);
  return members.reverse().map((member) => {
    const envelope = JSON.parse(member);
    const bytes = Uint8Array.from(atob(envelope.body), (character) => character.charCodeAt(0));
    return { envelope, bytes, body: new TextDecoder().decode(bytes) };
  });
}

/** Runs something and tells how many HTTP requests it made to Redis. Every one of them is really sent. */
export async function requestsDuring<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; requests: number }> {
  const spy = vi.spyOn(globalThis, "fetch");
  try {
    const result = await run();
    return { result, requests: spy.mock.calls.length };
  } finally {
    spy.mockRestore();
  }
}

/** Asserts a problem: status, type, media type, and that nothing was sent to Redis unless `sent` says so. */
export function expectProblem(answer: Answer, status: number, code: string, members: object = {}): void {
  expect(answer.body).toMatchObject({ type: `urn:kombu-edge:problem:${code}`, status, ...members });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body.title).toMatch(/^[A-Z]/);
  expect(answer.body.detail).toMatch(/./);
}
