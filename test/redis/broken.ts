/** @module A database behind the fault proxy, under a name that no other test uses. */
import { inject } from "vitest";
import type { Fault } from "../faults.ts";

/** Fails the first so many requests in this way. */
export function broken(fault: Fault, times: number) {
  const name = crypto.randomUUID();
  const base = inject("faultProxyUrl");
  return {
    name,
    url: `${base}/${fault}/${times}/${name}`,
    token: inject("redisHttpToken"),
    /** How many requests came. */
    requests: async () => Number(await (await fetch(`${base}/count/${name}`)).text()),
  };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
