/**
 * The tokens that the environment names: `API_TOKEN`, which may do everything, and `API_TOKENS` with an allow-list each.
 * Anything that is not as it must be closes the gateway; nothing opens it by omission.
 * @module
 */
import { NotConfiguredError } from "../../errors.ts";
import type { Principal } from "./rights.ts";

/** Environment variables that name tokens. */
export interface TokenEnvironment {
  /** One token that may do everything. */
  readonly API_TOKEN?: string;
  /** The one before it, while it is being replaced. */
  readonly API_TOKEN_PREVIOUS?: string;
  /** JSON: `{"<name>": {"sha256": "<hex of the token>", "allow": ["publish:orders", "read"]}}`; up to 4 hashes as a list. */
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
  readonly previous: unknown;
  readonly named: unknown;
  readonly tokens: readonly KnownToken[];
}

/** What was read last: the environment of an isolate does not change, and hashing takes a moment. Values only. */
let last: ReadTokens | undefined;

/** The known tokens, when this environment's are those that were read last. */
export function tokensReadLast(env: object): readonly KnownToken[] | undefined {
  const { API_TOKEN: single, API_TOKEN_PREVIOUS: previous, API_TOKENS: named } = env as Variables;
  return last && last.single === single && last.previous === previous && last.named === named
    ? last.tokens
    : undefined;
}

/**
 * The known tokens.
 *
 * @throws {NotConfiguredError} When there are none, or a variable is malformed, naming the field.
 */
export async function knownTokens(env: object): Promise<readonly KnownToken[]> {
  const known = tokensReadLast(env);
  if (known) return known;
  const { API_TOKEN: single, API_TOKEN_PREVIOUS: previous, API_TOKENS: named } = env as Variables;
  const tokens = isSet(named) ? (await import("./named_tokens.ts")).readNamedTokens(named) : [];
  for (const [variable, token] of Object.entries({ API_TOKEN: single, API_TOKEN_PREVIOUS: previous })) {
    if (!isSet(token)) continue;
    if (typeof token !== "string" || !TOKEN.test(token)) {
      throw new NotConfiguredError(`${variable} has a character that cannot be sent as a bearer token`);
    }
    // The previous one alone opens nothing: it would be one that was meant to be taken away.
    if (token === previous && !isSet(single))
      throw new NotConfiguredError("API_TOKEN_PREVIOUS is set, but API_TOKEN is not");
    tokens.push({ digest: await sha256(token), principal: { name: "", allow: ["*"] } });
  }
  if (tokens.length === 0) throw new NotConfiguredError("neither API_TOKEN nor API_TOKENS is set");
  last = { single, previous, named, tokens };
  return tokens;
}

type Variables = { readonly [Name in keyof TokenEnvironment]?: unknown };

function isSet(value: unknown): boolean {
  return value !== undefined && value !== "";
}

/** The SHA-256 of a text. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
