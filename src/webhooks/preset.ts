/**
 * What is known of a sender, as data.
 * @module
 */

import type { JsonPath } from "../routing/json_path.ts";
import type { Handshake } from "./handshakes.ts";
import type { Place, Scheme } from "./scheme.ts";
import type { Settings } from "./settings.ts";

/** What a sender wants to hear when its event is stored. */
export interface Answer {
  /** Default 200. */
  status?: number;
  /** Default: empty. */
  body?: string;
  /** Default `text/plain;charset=utf-8`, when there is a body. */
  contentType?: string;
}

/** A sender: how it signs, what its events are called, what it expects. */
export interface Preset {
  scheme: Scheme | readonly Scheme[];
  /** The event's type: the values found, joined with `.`. Default `event`. */
  type?: Place | readonly Place[];
  /** The delivery's (or element's) id: the values joined with `:`. Default, and when one is missing: a hash of the body. */
  id?: Place | readonly Place[];
  /** CloudEvents `subject`: what the event is about. */
  subject?: Place;
  /** When it happened: RFC 3339, or Unix seconds or milliseconds. Default: the signed timestamp, else the arrival. */
  time?: Place;
  /** The account, shop or workspace the event belongs to. */
  tenant?: Place;
  /** Where the payload is taken apart into events (spec webhooks §6). */
  split?: JsonPath;
  /** Name of the form field that holds the JSON, when the body is a form. */
  payload?: string;
  /** The body may be JSON lines; they are read as an array. */
  lines?: true;
  /** Headers that make up the data when the body is empty. */
  headers?: readonly string[];
  answer?: Answer;
  /** Status for a request that is not verified. Default 401. */
  rejected?: number;
  handshakes?: readonly Handshake[];
  /** Settings without which the scheme cannot be checked. */
  needs?: readonly (keyof Settings)[];
  /** Seconds that the sender waits for an answer. */
  deadline?: number;
  /** Hours over which the sender tries again by itself; 0: it never does, so an event not stored is lost. */
  retryHours?: number;
  /** Hours for which a delivery id is remembered. Default: the retries and a quarter, at least 24. */
  dedupeHours?: number;
}
