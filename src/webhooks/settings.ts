/**
 * What a source needs to be told besides its secrets.
 * @module
 */

/** Settings of a source; which of them a preset needs is in its `needs`. */
export interface Settings {
  /** The URL as registered with the sender, scheme to path; a query is taken from the request. */
  publicUrl?: string;
  /** PayPal: the id of the webhook. */
  webhookId?: string;
  /** AWS SNS: the topic ARNs that may send here. Anyone with an account can sign for a topic of their own. */
  topics?: readonly string[];
  /** Google Pub/Sub: the audience of the push subscription. */
  audience?: string;
  /** Google Pub/Sub: the service account that pushes. */
  email?: string;
  /** Plaid: the client id; the secret is the client's. */
  clientId?: string;
  /** Plaid: where keys are asked for. Default: production. */
  keyUrl?: string;
  /** Meta: the token that the GET handshake must present. */
  verifyToken?: string;
  /** CloudEvents: the origins that may deliver; `*` for any. */
  origins?: readonly string[];
}

/** A secret, with the time it is good for, both ends in milliseconds of Unix time. */
export type Secret = string | { value: string; notBefore?: number; notAfter?: number };

/** The most secrets of a source. */
export const MAXIMUM_SECRETS = 8;
