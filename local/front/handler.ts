/** @module One HTTP request of the Upstash protocol in, one JSON answer out. */
import type { IncomingMessage } from "node:http";
import {
  type Command,
  discarded,
  RedisReplyError,
  type Reply,
  type Store,
  StoreUnavailableError,
} from "../store.ts";
import { createAuthorization } from "./authorization.ts";
import { readBody } from "./body.ts";
import { commandFromJson, commandFromPath, commandsFromJson } from "./command.ts";
import { refusal } from "./refusal.ts";
import { errorJson, readableReply, resultJson } from "./reply.ts";

export interface HandlerOptions {
  readonly token: string;
  /** Largest request body in bytes. */
  readonly maximumRequestBytes: number;
  readonly onCommand?: ((command: readonly string[], reply: unknown) => void) | undefined;
  readonly onRequest?: ((path: string) => void) | undefined;
}

export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT"]);
const JSON_ROUTES: ReadonlySet<string> = new Set(["/", "/pipeline", "/multi-exec"]);

/** Makes the function that answers requests from `store` (http-redis §1.1, §1.2 and §4.5). */
export function createHandler(
  store: Store,
  options: HandlerOptions,
): (request: IncomingMessage) => Promise<Answer> {
  const isAuthorized = createAuthorization(options.token);

  return async function handle(request) {
    const [path, query] = splitUrl(request.url ?? "/");
    options.onRequest?.(path);
    const authorized = isAuthorized(request.headers.authorization, query);
    // A stranger's body is drained and never held.
    const body = await readBody(request, authorized ? options.maximumRequestBytes : 0);
    if (!authorized) return failure(401, "WRONGPASS invalid or missing auth token");
    const method = request.method ?? "";
    if (!METHODS.has(method) || (JSON_ROUTES.has(path) && method !== "POST")) {
      return failure(405, `ERR Method ${method} is not allowed here`);
    }
    if (body === undefined) {
      return failure(413, `ERR max request size exceeded. The limit is ${options.maximumRequestBytes} bytes`);
    }
    if (request.headers["upstash-response-format"] !== undefined) {
      return failure(400, "ERR Upstash-Response-Format is not supported by this local front");
    }
    const base64 = request.headers["upstash-encoding"] === "base64";
    try {
      if (path === "/pipeline") return batch(await runAll(commandsFromJson(body)), base64);
      if (path === "/multi-exec") return batch(await runTransaction(commandsFromJson(body)), base64);
      const command = path === "/" ? commandFromJson(body) : commandFromPath(path, query, body);
      const [reply = null] = await runAll([command]);
      return { status: reply instanceof RedisReplyError ? 400 : 200, body: resultJson(reply, base64) };
    } catch (error) {
      if (error instanceof RedisReplyError) return failure(400, error.message);
      // 5xx and not a per-item error: an item that says "error" would promise that it was not applied.
      if (error instanceof StoreUnavailableError) return failure(503, error.message);
      throw error;
    }
  };

  async function runAll(commands: readonly Command[]): Promise<readonly Reply[]> {
    const refusals = commands.map(refusal);
    const allowed = commands.filter((_, index) => refusals[index] === undefined);
    const answered = allowed.length === 0 ? [] : await store.run(allowed);
    let next = 0;
    const replies = refusals.map((refused) => refused ?? answered[next++]!);
    report(commands, replies);
    return replies;
  }

  async function runTransaction(commands: readonly Command[]): Promise<readonly Reply[]> {
    const refused = commands.map(refusal).find((error) => error !== undefined);
    if (refused) throw discarded(refused);
    const replies = await store.transaction(commands);
    if (replies instanceof RedisReplyError) throw replies;
    report(commands, replies);
    return replies;
  }

  function report(commands: readonly Command[], replies: readonly Reply[]): void {
    if (!options.onCommand) return;
    for (const [index, command] of commands.entries()) {
      options.onCommand(
        command.map((argument) => argument.toString()),
        readableReply(replies[index]!),
      );
    }
  }
}

// Not `new URL()`: it would resolve `.` and `..`, which are fine as arguments.
function splitUrl(url: string): [path: string, query: URLSearchParams] {
  const mark = url.indexOf("?");
  return mark < 0
    ? [url, new URLSearchParams()]
    : [url.slice(0, mark), new URLSearchParams(url.slice(mark + 1))];
}

function batch(replies: readonly Reply[], base64: boolean): Answer {
  return { status: 200, body: `[${replies.map((reply) => resultJson(reply, base64)).join(",")}]` };
}

function failure(status: number, message: string): Answer {
  return { status, body: errorJson(message) };
}
