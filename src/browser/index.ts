/**
 * Sends events from a page: in batches, again when that fails, and with beacons when the page goes. One file of plain
 * ESM, about 1 KB. Spec ingest §2.1.
 * @module
 */

/** Options of a sender; all optional. */
export interface EventSenderOptions {
  /** Events in one request. Default 50. */
  batch?: number;
  /** Milliseconds that an event waits for others. Default 1000. */
  delay?: number;
  /** How often a batch is sent before it is given up. Default 8, which take about two minutes. */
  attempts?: number;
  /**
   * Called with events that no beacon would take when the page was hidden: more than the browser lets wait. They are sent
   * should the page come back; this is the moment to keep them elsewhere.
   */
  onUnsent?: (events: unknown[]) => void;
}

/** Sends events to one stream. */
export interface EventSender {
  /**
   * Sends an event. One without an `id` gets one, by which the stream knows it again however often it is sent.
   *
   * @returns `"published"`: it is in the queue. `"beacon"`: the page went, and the browser was given it to send.
   * @throws {Error} With the reason: a code of the stream's, or `HTTP` and a status, or `network`.
   */
  send(event: object): Promise<"published" | "beacon">;
  /** Sends what waits, now. */
  flush(): void;
}

declare const document: {
  readonly visibilityState: string;
  addEventListener(type: string, listener: () => void): void;
};

interface Waiting {
  readonly event: object;
  readonly text: string;
  readonly size: number;
  readonly resolve: (how: "published" | "beacon") => void;
  readonly reject: (reason: Error) => void;
}

/** Bytes of one request: browsers let 64 KiB of a page's be on their way at once that shall outlive it. */
const QUOTA = 60_000;

/**
 * Makes a sender. Make one per page and stream.
 *
 * @param url The stream with its write key: `https://…/v1/events/clicks?write_key=…`.
 */
export function eventSender(
  url: string,
  { batch = 50, delay = 1_000, attempts = 8, onUnsent }: EventSenderOptions = {},
): EventSender {
  const queue: Waiting[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let tries = 0;

  const textOf = (part: Waiting[]) => `[${part.map(({ text }) => text)}]`;

  /** The first that fit in one request, and at least one. */
  const first = () => {
    let size = 2;
    let end = 0;
    for (const waiting of queue) {
      size += waiting.size;
      if (end > 0 && (end >= batch || size > QUOTA)) break;
      end++;
    }
    return queue.slice(0, end);
  };

  const wait = (milliseconds: number) => {
    timer ??= setTimeout(flush, milliseconds);
  };

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    if (isBusy || queue.length === 0) return;
    isBusy = true;
    const part = first();
    queue.splice(0, part.length);
    const body = textOf(part);
    let reason = "network";
    let pause = 0;
    let codes: Record<number, string> | undefined;
    try {
      // A text needs no preflight. What is kept alive arrives though the page goes.
      const response = await fetch(url, {
        method: "POST",
        body,
        keepalive: new Blob([body]).size <= QUOTA,
      } as RequestInit);
      const { ok, status } = response;
      reason = `HTTP ${status}`;
      pause = Number(response.headers.get("retry-after")) * 1_000;
      if (ok || (status < 500 && status !== 429 && status !== 408)) {
        const { rejected = [] } = (await response.json().catch(() => ({}))) as {
          rejected?: { index: number; code: string }[];
        };
        codes = {};
        for (const { index, code } of rejected) codes[index] = code;
        part.forEach(({ resolve, reject }, index) => {
          const code = codes![index] ?? (ok ? undefined : reason);
          if (code) reject(new Error(code));
          else resolve("published");
        });
      }
    } catch {}
    isBusy = false;
    if (codes) tries = 0;
    else if (++tries < attempts) {
      queue.unshift(...part);
      // An event that came meanwhile must not shorten the pause.
      clearTimeout(timer);
      timer = undefined;
      wait(pause || Math.min(2 ** tries * 500, 30_000) * (0.5 + Math.random() / 2));
      return;
    } else {
      tries = 0;
      for (const { reject } of part) reject(new Error(reason));
    }
    if (queue.length > 0) wait(0);
  };

  const leave = () => {
    for (let part = first(); part.length > 0; ) {
      if (navigator.sendBeacon(url, textOf(part))) {
        queue.splice(0, part.length);
        for (const { resolve } of part) resolve("beacon");
        part = first();
      } else part = part.slice(0, part.length / 2);
    }
    if (queue.length > 0) {
      onUnsent?.(queue.map(({ event }) => event));
      wait(delay);
    }
  };

  const isHidden = () => document.visibilityState === "hidden";
  document.addEventListener("visibilitychange", () => {
    if (isHidden()) leave();
  });
  (addEventListener as typeof document.addEventListener)("pagehide", leave);

  return {
    send: (event) =>
      new Promise((resolve, reject) => {
        const id = crypto.randomUUID?.() ?? `${Date.now()}${Math.random()}`;
        const text = JSON.stringify({ id, ...event });
        queue.push({ event, text, size: new Blob([text]).size + 1, resolve, reject });
        if (isHidden()) leave();
        else if (queue.length >= batch && !tries) flush();
        else wait(delay);
      }),
    flush,
  };
}
