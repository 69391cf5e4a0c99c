/** @module A closed loop of HTTP requests: so many at a time, each followed by the next when its answer is there. */
import { Pool } from "undici";

/** One request, the same every time. */
export interface LoadRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends requests for a while.
 *
 * @param concurrency How many are under way at a time.
 * @returns Answers per second, and how many there were.
 * @throws Error when one is not answered with a 2xx.
 */
export async function load(
  request: LoadRequest,
  concurrency: number,
  seconds: number,
): Promise<{ perSecond: number; count: number }> {
  const { origin, pathname, search } = new URL(request.url);
  const pool = new Pool(origin, { connections: concurrency });
  const options = {
    method: "POST" as const,
    path: `${pathname}${search}`,
    body: request.body,
    headers: { "content-type": "application/json", ...request.headers },
  };
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = 0;
  const loop = async () => {
    while (performance.now() < end) {
      const { statusCode, body } = await pool.request(options);
      const text = await body.text();
      if (statusCode < 200 || statusCode > 299)
        throw new Error(`${request.url} answered ${statusCode}: ${text.slice(0, 300)}`);
      count++;
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, loop));
    return { perSecond: (count / (performance.now() - start)) * 1000, count };
  } finally {
    await pool.destroy();
  }
}
