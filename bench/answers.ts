/** @module Requests that are sent once, and servers that take a moment to answer. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadRequest } from "./load.ts";

const START_TIMEOUT_MS = 20_000;
const POLL_INTERVAL_MS = 2;

/** Sends a request once. Throws when it is not answered with a 2xx. */
export async function ask({ url, headers, varying, body }: LoadRequest): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers, ...varying?.() },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
}

/** Waits until a server answers with a 2xx. Throws for any other answer, or when it ends or does not answer in time. */
export async function untilAnswered(child: ChildProcess, request: LoadRequest): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    try {
      return await ask(request);
    } catch (error) {
      // What fetch throws while nobody listens.
      if (!(error instanceof TypeError)) throw error;
      await sleep(POLL_INTERVAL_MS);
    }
  }
  throw new Error(`${child.spawnfile} did not start`);
}
