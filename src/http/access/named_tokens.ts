/**
 * The variable `API_TOKENS`: tokens by name, each with what it may do. Loaded when it is first read.
 * @module
 */
import { NotConfiguredError } from "../../errors.ts";
import { isRight } from "./rights.ts";
import type { KnownToken } from "./tokens.ts";

/** How many tokens may count under one name: one in use, and those that are being replaced. */
const MAXIMUM_HASHES = 4;
const HASH = /^[0-9a-f]{64}$/i;

/**
 * Reads `API_TOKENS`.
 *
 * @throws {NotConfiguredError} Naming the field that is malformed.
 */
export function readNamedTokens(text: unknown): KnownToken[] {
  let value: unknown;
  try {
    value = JSON.parse(text as string);
  } catch {
    // The engine's message quotes the text.
    throw new NotConfiguredError("API_TOKENS is not valid JSON");
  }
  return Object.entries(asObject(value, "API_TOKENS")).flatMap(([name, entry]) => {
    const field = `API_TOKENS.${name}`;
    const { sha256, allow, ...unknown } = asObject(entry, field);
    for (const key of Object.keys(unknown))
      throw new NotConfiguredError(`${field}.${key} is not a known field`);
    if (name === "") throw new NotConfiguredError("API_TOKENS has a token without a name");
    const hashes = Array.isArray(sha256) ? sha256 : [sha256];
    const isHash = (hash: unknown) => typeof hash === "string" && HASH.test(hash);
    if (hashes.length === 0 || hashes.length > MAXIMUM_HASHES || !hashes.every(isHash)) {
      throw new NotConfiguredError(
        `${field}.sha256 must be the 64 hexadecimal digits of the token's SHA-256, or a list of up to ${MAXIMUM_HASHES} of them`,
      );
    }
    if (!Array.isArray(allow)) throw new NotConfiguredError(`${field}.allow must be a list of rights`);
    for (const [index, right] of allow.entries()) {
      if (!isRight(right)) {
        throw new NotConfiguredError(
          `${field}.allow[${index}] must be read, manage, or publish:, queue:, task: or events: with a name`,
        );
      }
    }
    return hashes.map((hash: string) => ({
      digest: new Uint8Array(hash.match(/../g)!.map((pair) => Number.parseInt(pair, 16))),
      principal: { name, allow },
    }));
  });
}

function asObject(value: unknown, field: string): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new NotConfiguredError(`${field} must be a JSON object`);
  }
  return value as Record<string, unknown>;
}
