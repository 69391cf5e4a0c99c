/**
 * Requests as clients of Flower's task API make them: JSON of any content type, switches and numbers in many spellings.
 * @module
 */
import { type AsyncResult, flowerRequest } from "../../celery/index.ts";
import { Float } from "../../envelope/typed.ts";
import type { Call } from "../call.ts";
import { headerKey } from "../publish/idempotency.ts";
import { OBJECT } from "../publish/schemas.ts";
import { check, FieldError } from "../request/check.ts";
import { decodeText, parseJson } from "../request/json.ts";
import { celeryOf } from "./app.ts";
import { readTask } from "./read.ts";
import { asArguments, noteSent } from "./sent.ts";

/** Sends the task of the path with the body's arguments. `timeout` is for Flower's `apply`. */
export async function applyFlower(
  call: Call,
): Promise<{ readonly result: AsyncResult; readonly timeout: number | undefined }> {
  const name = call.path.name!;
  const body = decodeText(await call.body());
  // Flower does not look at the content type, and its clients do not send the right one.
  const { timeout, ...options } = check(OBJECT, body === "" ? {} : await parseJson(body));
  const wait = readTimeout(timeout);
  try {
    const header = headerKey(call.request);
    const { signature, ...sending } = await readTask(call, options, { name, header, read: flowerRequest });
    const result = (await celeryOf(call).apply(signature, sending)) as AsyncResult;
    noteSent(call, result);
    return { result, timeout: wait };
  } catch (error) {
    throw asArguments(error);
  }
}

/** Seconds, which may be text; `undefined` when there are none. Throws {@link FieldError} for anything else. */
export function readTimeout(timeout: unknown): number | undefined {
  if (timeout === undefined || timeout === null) return undefined;
  const given = timeout instanceof Float ? timeout.value : timeout;
  const seconds = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof seconds === "number" && seconds >= 0) return seconds;
  throw new FieldError("timeout", "must be a number of seconds that is not below 0");
}

/** A switch in the spellings that Flower knows; off when it is not there. Throws {@link FieldError} for another. */
export function readSwitch(terminate: string | undefined): boolean {
  const word = (terminate ?? "no").trim().toLowerCase();
  if (/^(y|yes|t|true|on|1)$/.test(word)) return true;
  if (/^(n|no|f|false|off|0)$/.test(word)) return false;
  throw new FieldError("terminate", "must be true or false");
}
