/**
 * A task's states as server-sent events, custom states and their meta included.
 * @module
 */
import { type AsyncResult, isReady, ResultTimeoutError, type TaskMeta } from "../../celery/index.ts";
import { answers } from "../../celery/poll.ts";
import { sha256 } from "../access/tokens.ts";
import type { Call } from "../call.ts";
import { problemFor } from "../endpoint.ts";
import { problemCode } from "../problem.ts";
import { jsonText } from "./json.ts";
import { readFailure, reading, stateOutput } from "./state.ts";

/** Milliseconds of silence after which a comment is sent, so that no proxy takes the connection for dead. */
const KEEP_ALIVE_MS = 15_000;
/** Milliseconds after which a client that lost its stream comes back. */
const RETRY_MS = 1_000;

/** How to stream. */
export interface StreamOptions {
  /** Seconds after which the stream ends although the state is not final. */
  readonly limit: number;
  /** The id of the last event that the client saw, when it comes back. */
  readonly lastEventId: string | null;
}

/**
 * Streams a task's states: the present one, then every change that is seen, to the final one or the end of the time.
 *
 * An event's id stands for the state itself: a client that comes back is not told again what it has seen, and one that
 * has seen the final state is answered 204, which tells it to stay away.
 */
export async function streamStates(
  call: Call,
  result: AsyncResult,
  options: StreamOptions,
): Promise<Response> {
  // What fails at once is a problem, not a stream.
  const first = await reading(() => result.read());
  const isSeen = options.lastEventId === (await eventId(first));
  if (isReady(first) && isSeen) return new Response(null, { status: 204 });
  const stopped = new AbortController();
  const events = eventsOf(call, result, first, options, stopped.signal);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel() {
        stopped.abort();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function* eventsOf(
  call: Call,
  result: AsyncResult,
  first: TaskMeta,
  { limit, lastEventId }: StreamOptions,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let known: TaskMeta | undefined = first;
  let seen = lastEventId;
  let saidAt = Date.now();
  yield `retry: ${RETRY_MS}\n\n`;
  // The first state was read before the stream began.
  const ask = async () => {
    const meta = known ?? (await result.read(signal));
    known = undefined;
    return meta;
  };
  try {
    for await (const meta of answers(ask, { timeout: limit * 1000, signal })) {
      const id = await eventId(meta);
      if (id !== seen) {
        yield `id: ${id}\nevent: state\ndata: ${jsonText(stateOutput(meta))}\n\n`;
        [seen, saidAt] = [id, Date.now()];
      } else if (Date.now() - saidAt >= KEEP_ALIVE_MS) {
        yield ": still there\n\n";
        saidAt = Date.now();
      }
      if (isReady(meta)) return;
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ResultTimeoutError) {
      yield ": no more time\n\n";
      return;
    }
    const problem = problemFor(readFailure(error), call);
    const code = problemCode(problem);
    // Of one that nobody foresaw the log has been told.
    if (code !== "internal-error") call.note({ code });
    yield `event: problem\ndata: ${JSON.stringify(problem)}\n\n`;
  }
}

async function eventId(meta: TaskMeta): Promise<string> {
  const digest = await sha256(jsonText([meta.status, meta.result]));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
