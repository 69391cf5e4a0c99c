/** @module A Python process with a real Kombu, driven over its standard input and output. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Kombu } from "../python.ts";

/** A queue as the peer declares it. */
export interface PeerQueue {
  readonly name: string;
  readonly exchange?: string;
  readonly type?: "direct" | "topic" | "fanout";
  readonly routing_key?: string;
}

/** A message as a Python application saw it; texts are Python's `repr`. */
export interface Seen {
  readonly body: string;
  readonly content_type: string | null;
  readonly content_encoding: string | null;
  readonly headers: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly delivery_info: Readonly<Record<string, unknown>>;
  /** Missing when it could not be decoded; it was then rejected. */
  readonly tag?: string;
  readonly decode_error?: string;
}

const SCRIPT = fileURLToPath(new URL("peer.py", import.meta.url));
const ANSWER_TIMEOUT_MS = 30_000;

/** Drives one Python process. Connections have names, so that two consumers can be told apart. */
export class Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  #last: Promise<unknown> = Promise.resolve();

  private constructor(python: string) {
    this.#child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts the process and checks that it is the version that was looked for. */
  static async start(kombu: Kombu): Promise<Peer> {
    const peer = new Peer(kombu.python);
    const version = await peer.#answer();
    if (version !== kombu.version) throw new Error(`started Kombu ${version}, not ${kombu.version}`);
    return peer;
  }

  connect(name: string, url: string, options: Readonly<Record<string, unknown>> = {}): Promise<null> {
    return this.#ask({ operation: "connect", name, url, options });
  }

  declare(name: string, queues: readonly PeerQueue[]): Promise<null> {
    return this.#ask({ operation: "declare", name, queues });
  }

  consume(
    name: string,
    queues: readonly PeerQueue[],
    options: { accept?: readonly string[]; prefetch?: number } = {},
  ): Promise<null> {
    return this.#ask({ operation: "consume", name, queues, ...options });
  }

  /** Waits for `count` messages, or for `timeout` seconds. */
  receive(name: string, count: number, timeout = 10): Promise<readonly Seen[]> {
    return this.#ask({ operation: "receive", name, count, timeout });
  }

  settle(tag: string, action: "ack" | "requeue" | "reject"): Promise<null> {
    return this.#ask({ operation: "settle", tag, action });
  }

  /** Kombu's own routing: which queues each key reaches. */
  route(
    name: string,
    exchange: string,
    type: "direct" | "topic",
    keys: readonly string[],
  ): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.#ask({ operation: "route", name, exchange, type, keys });
  }

  publish(name: string, body: unknown, options: Readonly<Record<string, unknown>>): Promise<null> {
    return this.#ask({ operation: "publish", name, body, ...options });
  }

  /** Closes a connection; what it has not acknowledged is restored. */
  close(name: string): Promise<null> {
    return this.#ask({ operation: "close", name });
  }

  closeAll(): Promise<null> {
    return this.#ask({ operation: "close_all" });
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
  }

  // biome-ignore lint/suspicious/noExplicitAny: each caller above states what its operation answers.
  #ask(request: Readonly<Record<string, unknown>>): Promise<any> {
    const answer = this.#last.then(() => {
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
      return this.#answer();
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #answer(): Promise<unknown> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), ANSWER_TIMEOUT_MS);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done) throw new Error(`Python ended: ${this.#stderr.slice(-2_000)}`);
    const answer = JSON.parse(value) as { result?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(`${answer.error}\n${this.#stderr.slice(-2_000)}`);
    return answer.result;
  }
}
