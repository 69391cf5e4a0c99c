/**
 * Cloudflare's rate-limiting bindings, as streams of events and sources of webhooks name them.
 * @module
 */
import { NotConfiguredError } from "../errors.ts";
import { truncateAddress } from "../events/address.ts";
import type { Call } from "./call.ts";
import { HttpProblem } from "./problem.ts";

/** What is used of the binding. */
interface RateLimit {
  limit(options: { key: string }): Promise<{ readonly success: boolean }>;
}

/** Seconds to wait when a rate limit says no: its shortest period. Which one it has, the binding does not tell. */
const RETRY_AFTER_SECONDS = 10;

/** What the answer of a request has that a rate limit refuses. */
export const RETRY_AFTER: Readonly<Record<string, string>> = { "retry-after": String(RETRY_AFTER_SECONDS) };

/**
 * Asks the limit for addresses, before anything else costs anything. Addresses of IPv6 count by their network of 64 bits.
 *
 * @param binding Name of the binding; without one there is no limit.
 * @param place What is limited, so that a binding may serve several: each address has a budget at each place.
 * @throws {HttpProblem} `rate-limited`.
 * @throws {NotConfiguredError} When the deployment has no such binding.
 */
export async function limitAddress(call: Call, binding: string | undefined, place: string): Promise<void> {
  const address = call.request.headers.get("cf-connecting-ip") ?? "";
  const network = address.includes(":") ? truncateAddress(address, 4) : address;
  await limit(call, binding, `${place}:${network}`);
}

/**
 * Asks a limit.
 *
 * @param binding Name of the binding; without one there is no limit.
 * @param key Whose budget it is.
 * @throws {HttpProblem} `rate-limited`.
 * @throws {NotConfiguredError} When the deployment has no such binding.
 */
export async function limit({ env }: Call, binding: string | undefined, key: string): Promise<void> {
  if (binding === undefined) return;
  const rateLimit = (env as Record<string, Partial<RateLimit> | undefined>)[binding];
  if (typeof rateLimit?.limit !== "function") {
    throw new NotConfiguredError(`${binding} is not a rate-limiting binding of this deployment`);
  }
  const { success } = await rateLimit.limit({ key });
  if (!success) throw new HttpProblem("rate-limited", "Too many requests came from here.", {}, RETRY_AFTER);
}
