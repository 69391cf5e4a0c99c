/**
 * Addresses that confirm a subscription when they are fetched (AWS SNS). Which may be is decided with the handshake: the
 * sender's own host, and a topic of the allow-list.
 * @module
 */
import type { Call } from "../call.ts";
import { logWebhook } from "./log.ts";

/** Milliseconds that the address has to answer. */
const FOLLOW_TIMEOUT_MS = 10_000;

/** Fetches it after the answer. A sender whose confirmation failed asks again, or the owner lets it. */
export function followLater({ waitUntil }: Call, source: string, address: string): void {
  const work = follow(source, address);
  waitUntil?.(work);
}

async function follow(source: string, address: string): Promise<void> {
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
  logWebhook("not-followed", source, { reason });
}
