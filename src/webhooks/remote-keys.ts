/**
 * Keys that senders publish: fetched with bounds, kept for a while, never through a promise of another request.
 * @module
 */

/** What is asked for; `body` makes it a JSON `POST`. */
export interface KeyRequest {
  /** An `https` address that the preset's allow-list admitted. */
  url: string;
  body?: Readonly<Record<string, string>>;
}

/** What came: the document, and for how long it may be kept, in seconds. */
export interface KeyDocument {
  text: string;
  maxAge?: number;
}

/** Gets a key document; rejects when it cannot. */
export type FetchKey = (request: KeyRequest) => Promise<KeyDocument>;

/** Options of {@link keyFetcher}. */
export interface KeyFetcherOptions {
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** Milliseconds until a request is given up. Default 3000. */
  timeout?: number;
  /** Most bytes read of a document. Default 65536. */
  maxBytes?: number;
}

/**
 * A {@link FetchKey} over `fetch`: https only, no redirects, with a time-out and a size cap.
 * @see spec webhooks §11.8
 */
export function keyFetcher(options: KeyFetcherOptions = {}): FetchKey {
  const { timeout = 3000, maxBytes = 65_536 } = options;
  return async ({ url, body }) => {
    if (!url.startsWith("https://")) throw new TypeError("keys are fetched over https only");
    const response = await (options.fetch ?? fetch)(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
      ...(body && {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    if (response.status !== 200 || !response.body) throw new Error("the key document was not served");
    let text = "";
    let size = 0;
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > maxBytes) {
        await reader.cancel();
        throw new Error("the key document is too large");
      }
      text += decoder.decode(value, { stream: true });
    }
    const age = /max-age=(\d{1,7})/.exec(response.headers.get("cache-control") ?? "")?.[1];
    return age ? { text, maxAge: Number(age) } : { text };
  };
}

/** One remembered document; `text` is missing when it could not be had. */
interface Entry {
  text?: string;
  fetchedAt: number;
  expiresAt: number;
}

/** Remembered documents by address. Values only, so that it may outlive a request. */
export type KeyCache = Map<string, Entry>;

/** Documents remembered at once; the oldest goes first. */
const CACHE_ENTRIES = 64;
/** Seconds that a document is kept when its server says nothing. */
const MAX_AGE_SECONDS = 3600;
/** Seconds between two tries for the same document, after a failure or for an unknown `kid`. */
const COOLDOWN_SECONDS = 30;

/** The cache of this isolate. */
export const keyCache: KeyCache = new Map();

/**
 * A document, from the cache or fetched.
 * @param name What to remember it under; never holds a secret.
 * @param now Milliseconds of Unix time.
 * @param again Fetch anew although it is remembered, unless that was less than 30 s ago.
 * @returns `undefined` when it cannot be had.
 */
export async function keyDocument(
  request: KeyRequest,
  name: string,
  fetchKey: FetchKey,
  cache: KeyCache,
  now: number,
  again = false,
): Promise<string | undefined> {
  const known = cache.get(name);
  if (known && now < known.expiresAt && !(again && now >= known.fetchedAt + COOLDOWN_SECONDS * 1000)) {
    return known.text;
  }
  let entry: Entry;
  try {
    const { text, maxAge = MAX_AGE_SECONDS } = await fetchKey(request);
    const seconds = Math.min(Math.max(maxAge, COOLDOWN_SECONDS), 86_400);
    entry = { text, fetchedAt: now, expiresAt: now + seconds * 1000 };
  } catch {
    entry = { fetchedAt: now, expiresAt: now + COOLDOWN_SECONDS * 1000 };
    // A key that was good a moment ago is better than none while its server is away.
    if (known?.text !== undefined) entry.text = known.text;
  }
  cache.delete(name);
  cache.set(name, entry);
  if (cache.size > CACHE_ENTRIES) cache.delete(cache.keys().next().value!);
  return entry.text;
}
