/**
 * Answers as plain values, for the layer that has an HTTP framework.
 * @module
 */
import type { Answer, Preset } from "./preset.ts";
import { isOurs, type Reason } from "./verdict.ts";

/** A response, not yet bound to any framework. */
export interface ResponseParts {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** A response with a text. Browsers are told not to guess at its type: some of these texts are echoes. */
export function text(status: number, body = "", contentType = "text/plain;charset=utf-8"): ResponseParts {
  return {
    status,
    headers: body ? { "content-type": contentType, "x-content-type-options": "nosniff" } : {},
    body,
  };
}

/** A response with JSON. */
export function json(value: unknown, status = 200): ResponseParts {
  return text(status, JSON.stringify(value), "application/json");
}

/** What the sender is told when its event is stored, or was stored before. */
export function success({ status = 200, body, contentType }: Answer = {}): ResponseParts {
  return text(status, body, contentType);
}

/** Seconds after which a sender should try again when the fault is on this side. */
const RETRY_AFTER_SECONDS = 30;

/** What a sender is told when its event cannot be stored now, or goes nowhere: that it should come again. */
export function unavailable(): ResponseParts {
  return { status: 503, headers: { "retry-after": String(RETRY_AFTER_SECONDS) }, body: "" };
}

/** What the caller is told when the request was not verified; never why (spec webhooks §11.6). */
export function rejection(reason: Reason, preset: Preset): ResponseParts {
  if (isOurs(reason)) return unavailable();
  const status = preset.rejected ?? 401;
  const basic = [preset.scheme].flat().some(({ algorithm }) => algorithm === "basic");
  return {
    status,
    headers: basic && status === 401 ? { "www-authenticate": 'Basic realm="webhooks"' } : {},
    body: "",
  };
}
