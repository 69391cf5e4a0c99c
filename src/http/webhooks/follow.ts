/**
 * Addresses that confirm a subscription when they are fetched (AWS SNS). Which may be is decided with the handshake: the
 * sender's own host, and a topic of the allow-list.
 * @module
 */
import type { Call } from "../call.ts";

/** Milliseconds that the address has to answer. */
const FOLLOW_TIMEOUT_MS = 10_000;

/** Fetches it after the answer. A sender whose confirmation failed asks again, or the owner lets it. */
export function followLater(call: Call, address: string): void {
  const work = follow(call, address);
  call.waitUntil?.(work);
}

async function follow(call: Call, address: string): Promise<void> {
  let reason: string;
  try {
    const response = await fetch(address, {
      redirect: "manual",
      signal: AbortSignal.timeout(FOLLOW_TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return;
    reason = `status ${response.status}`;
  } catch (error) {
    reason = error instanceof Error ? error.name : "unknown";
  }
  // The address itself bears a token.
  call.note({ handshake: "not-followed", reason });
}
