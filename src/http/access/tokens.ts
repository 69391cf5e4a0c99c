/**
 * The tokens that the environment names: `API_TOKEN`, which may do everything, and `API_TOKENS` with an allow-list each.
 * Anything that is not as it must be closes the gateway; nothing opens it by omission.
 * @module
 */
import { NotConfiguredError } from "../../errors.ts";
import { isRight, type Principal } from "./rights.ts";

/** Environment variables that name tokens. */
export interface TokenEnvironment {
  /** One token that may do everything. */
  readonly API_TOKEN?: string;
  /** JSON: `{"<name>": {"sha256": "<hex of the token>", "allow": ["publish:orders", "read"]}}`. */
  readonly API_TOKENS?: string;
}

/** A token by its SHA-256. */
export interface KnownToken {
  readonly digest: Uint8Array;
  readonly principal: Principal;
}

/** What can be sent as a bearer token (RFC 6750 section 2.1). */
export const TOKEN: RegExp = /^[\w.~+/-]+=*$/;

interface ReadTokens {
  readonly single: unknown;
  readonly named: unknown;
  readonly tokens: readonly KnownToken[];
}

/** What was read last: the environment of an isolate does not change, and hashing takes a moment. Values only. */
let last: ReadTokens | undefined;

/** The known tokens, when this environment's are those that were read last. */
export function tokensReadLast(env: object): readonly KnownToken[] | undefined {
  const { API_TOKEN: single, API_TOKENS: named } = env as Record<string, unknown>;
  return last && last.single === single && last.named === named ? last.tokens : undefined;
}

/**
 * The known tokens.
 *
 * @throws {NotConfiguredError} When there are none, or a variable is malformed, naming the field.
 */
export async function knownTokens(env: object): Promise<readonly KnownToken[]> {
  const known = tokensReadLast(env);
  if (known) return known;
  const { API_TOKEN: single, API_TOKENS: named } = env as Record<string, unknown>;
  const tokens = named === undefined || named === "" ? [] : readNamed(named);
  if (single !== undefined && single !== "") {
    if (typeof single !== "string" || !TOKEN.test(single)) {
      throw new NotConfiguredError("API_TOKEN has a character that cannot be sent as a bearer token");
    }
    tokens.push({ digest: await sha256(single), principal: { name: "", allow: ["*"] } });
  }
  if (tokens.length === 0) throw new NotConfiguredError("neither API_TOKEN nor API_TOKENS is set");
  last = { single, named, tokens };
  return tokens;
}

/** The SHA-256 of a text. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function readNamed(text: unknown): KnownToken[] {
  let value: unknown;
  try {
    value = JSON.parse(text as string);
  } catch {
    // The engine's message quotes the text.
    throw new NotConfiguredError("API_TOKENS is not valid JSON");
  }
  return Object.entries(asObject(value, "API_TOKENS")).map(([name, entry]) => {
    const field = `API_TOKENS.${name}`;
    const { sha256: digest, allow, ...unknown } = asObject(entry, field);
    for (const key of Object.keys(unknown))
      throw new NotConfiguredError(`${field}.${key} is not a known field`);
    if (name === "") throw new NotConfiguredError("API_TOKENS has a token without a name");
    if (typeof digest !== "string" || !/^[0-9a-f]{64}$/i.test(digest)) {
      throw new NotConfiguredError(
        `${field}.sha256 must be the 64 hexadecimal digits of the token's SHA-256`,
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
    const bytes = digest.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
    return { digest: new Uint8Array(bytes), principal: { name, allow } };
  });
}

function asObject(value: unknown, field: string): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new NotConfiguredError(`${field} must be a JSON object`);
  }
  return value as Record<string, unknown>;
}
