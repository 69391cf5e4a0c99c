/**
 * What a verification gets from outside: the clock and the fetching of keys.
 * @module
 */
import { type FetchKey, type KeyCache, keyCache, keyDocument, keyFetcher } from "./remote-keys.ts";

/** Injection points of the verifier; all have defaults. */
export interface VerifyOptions {
  /** Milliseconds of Unix time. Default `Date.now()`. */
  now?: number;
  /** How key documents are fetched. Default {@link keyFetcher} over the global `fetch`. */
  fetchKey?: FetchKey;
  /** Where fetched documents are remembered. Default: one cache for the isolate. */
  keyCache?: KeyCache;
}

/** Options with the defaults filled in. */
export type VerifyContext = Required<VerifyOptions>;

/** Fills in the defaults. */
export function contextOf(options: VerifyOptions = {}): VerifyContext {
  const { now = Date.now(), fetchKey = keyFetcher(), keyCache: cache = keyCache } = options;
  return { now, fetchKey, keyCache: cache };
}

/**
 * The normal form of an address, if the list admits it whole: what is tested is what is fetched, whatever the
 * original text did with tabs, back-slashes or user names.
 */
export function allowedUrl(address: string | undefined, allow: RegExp): string | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const { href } = new URL(address);
  return allow.test(href) ? href : undefined;
}

/** A key document by way of the cache; `undefined` when it cannot be had. */
export function fetchDocument(
  url: string,
  context: VerifyContext,
  options: { again?: boolean; body?: Readonly<Record<string, string>>; name?: string } = {},
): Promise<string | undefined> {
  const { again, body, name = "" } = options;
  // The name of an entry never holds the body: a lookup's body carries the client's secret.
  return keyDocument(
    body ? { url, body } : { url },
    `${url} ${name}`,
    context.fetchKey,
    context.keyCache,
    context.now,
    again,
  );
}
