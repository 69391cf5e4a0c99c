/**
 * What a case of a sender is, and what most cases share.
 * @module
 */
import type { PresetName } from "../../src/webhooks/presets/by-name.ts";
import type { RequestParts } from "../../src/webhooks/request.ts";
import type { Settings } from "../../src/webhooks/settings.ts";

/** A moment, 2026-11-23T10:00:00Z, in milliseconds. */
export const NOW = 1_795_428_000_000;

export const PUBLIC_URL = "https://hooks.example.com/v1/webhooks/source";

export interface Signed extends RequestParts {
  headers: Record<string, string>;
  body: string;
}

export interface SenderCase {
  preset: PresetName;
  secret: string;
  /** A secret of the same form that is not the one. */
  wrong: string;
  body: string;
  /** The same request with other contents, which the signature must not cover. */
  altered: string;
  settings?: Settings;
  /** Signs. `now` is what the sender's clock says. */
  make: (secret: string, body: string, now: number) => Promise<Signed>;
  /** The header that carries the signature or token; where it is in the body, how to take it out. */
  strip: string | ((signed: Signed) => Signed);
  /** Seconds of tolerance; absent where the sender sends no time. */
  tolerance?: number;
  /** Several signatures are the sender's way of rotating: turns one into a wrong one and it. */
  listed?: (header: string) => string;
  /** Nothing ties the body to the token. */
  unsignedBody?: true;
}

export const BODY = '{"type":"thing.made","id":"evt_1","note":"é\\u00e9"}';
export const ALTERED = '{"type":"thing.made","id":"evt_1","note":"é\\u00e8"}';
export const plain = {
  body: BODY,
  altered: ALTERED,
  secret: "a secret of the sender",
  wrong: "another secret",
};

export const post = (headers: Record<string, string>, body: string, url = PUBLIC_URL): Signed => ({
  method: "POST",
  url,
  headers: { "content-type": "application/json", ...headers },
  body,
});
