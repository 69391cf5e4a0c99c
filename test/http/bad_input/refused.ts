/** @module Asking for what must be refused before Redis is asked anything. */
import { expect } from "vitest";
import { type Answer, type Ask, client, requestsDuring } from "../client.ts";

export const JSON_TYPE = { "content-type": "application/json" };

const ask = client({ maximumBodySize: 1_000 });

/** Asks a gateway that takes 1000 bytes; asserts that nothing was sent to Redis and nothing quoted of a "secret". */
export async function refused(method: string, path: string, more: Ask = {}): Promise<Answer> {
  const { result, requests } = await requestsDuring(() => ask(method, path, more));
  expect(requests).toBe(0);
  expect(result.text).not.toContain("secret");
  return result;
}
