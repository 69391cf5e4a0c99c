/** @module What the tests of tasks share: tokens with few rights, and states written as a worker would. */
import { environment, redis } from "../client.ts";

/** An environment in which the token `narrow` has these rights. */
export async function allowing(...allow: string[]): Promise<Record<string, unknown>> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("narrow"));
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return environment({ API_TOKENS: JSON.stringify({ narrow: { sha256, allow } }) });
}

/** Writes a state to the result backend, to the letter as Celery 5.6 does. */
export async function store(id: string, status: string, result: unknown, more: object = {}): Promise<void> {
  const isReady = ["SUCCESS", "FAILURE", "REVOKED"].includes(status);
  const state = {
    status,
    result,
    traceback: null,
    children: [],
    date_done: isReady ? "2026-11-24T10:00:00.123456+00:00" : null,
    task_id: id,
    ...more,
  };
  await redis.set(`celery-task-meta-${id}`, JSON.stringify(state));
}
