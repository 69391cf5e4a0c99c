/**
 * Who sends events, and how often: write keys, API tokens, rate limits.
 * @module
 */
import { NotConfiguredError } from "../../errors.ts";
import { truncateAddress } from "../../events/address.ts";
import type { Stream } from "../../events/stream.ts";
import { authenticate, demand } from "../access/authenticate.ts";
import type { Call } from "../call.ts";
import { HttpProblem } from "../problem.ts";

/** What is used of Cloudflare's rate-limiting binding. */
interface RateLimit {
  limit(options: { key: string }): Promise<{ readonly success: boolean }>;
}

/** Seconds to wait when a rate limit says no: its shortest period. */
const RETRY_AFTER_SECONDS = 10;

/**
 * The sender as the header or the query names it; `undefined` when neither does, and the body still may.
 *
 * A write key is a user of basic authentication (Segment), or `write_key` in the query. A token is a bearer's, or
 * `access_token` in the query (CloudEvents).
 *
 * @throws {HttpProblem} `unauthenticated`, `malformed-authorization`, `forbidden`.
 */
export async function senderOf(
  call: Call,
  stream: Stream,
  query: URLSearchParams,
): Promise<string | undefined> {
  const header = call.request.headers.get("authorization");
  const hasKeys = stream.writeKeys.length > 0;
  const user = hasKeys ? /^basic +([\w+/]+=*) *$/i.exec(header ?? "")?.[1] : undefined;
  if (user !== undefined) return withKey(stream, userOf(user));
  const accessToken = query.get("access_token");
  if (header === null && accessToken === null && hasKeys) {
    const writeKey = query.get("write_key");
    return writeKey === null ? undefined : withKey(stream, writeKey);
  }
  const principal = await authenticate(
    call.env,
    header ?? (accessToken === null ? null : `Bearer ${accessToken}`),
  );
  demand(principal, `events:${stream.name}`);
  return `token:${principal.name}`;
}

/** The sender by a write key. Throws {@link HttpProblem} `unauthenticated` for none or an unknown one. */
export function withKey({ writeKeys }: Stream, writeKey: string | undefined): string {
  if (writeKey !== undefined && writeKeys.includes(writeKey)) return `key:${writeKey}`;
  const detail =
    writeKey === undefined ? "The stream needs a write key or a token." : "The write key is not known.";
  throw new HttpProblem("unauthenticated", detail, {}, { "www-authenticate": "Bearer" });
}

/**
 * Asks the limit for addresses, before anything else costs anything. Addresses of IPv6 count by their network of 64 bits.
 *
 * @throws {HttpProblem} `rate-limited`.
 */
export async function limitAddress(call: Call, { name, rateLimits }: Stream): Promise<void> {
  if (rateLimits.address === undefined) return;
  const address = call.request.headers.get("cf-connecting-ip") ?? "";
  const network = address.includes(":") ? truncateAddress(address, 4) : address;
  await limit(call, rateLimits.address, `${name}:${network}`);
}

/** Asks the limit for known senders. Throws {@link HttpProblem} `rate-limited`. */
export async function limitSender(call: Call, { name, rateLimits }: Stream, sender: string): Promise<void> {
  if (rateLimits.key !== undefined) await limit(call, rateLimits.key, `${name}:${sender}`);
}

async function limit({ env }: Call, binding: string, key: string): Promise<void> {
  const rateLimit = (env as Record<string, Partial<RateLimit> | undefined>)[binding];
  if (typeof rateLimit?.limit !== "function") {
    throw new NotConfiguredError(`${binding} is not a rate-limiting binding of this deployment`);
  }
  const { success } = await rateLimit.limit({ key });
  if (success) return;
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  throw new HttpProblem("rate-limited", "Too many requests came from here.", {}, headers);
}

function userOf(credentials: string): string {
  try {
    return atob(credentials).split(":", 1)[0]!;
  } catch {
    return "";
  }
}
