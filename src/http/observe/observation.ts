/**
 * One request from its beginning to its answer, and what is told of it: one line of the log, a count, a data point.
 * @module
 */
import type { Settings } from "../config/config.ts";
import { responseCode } from "../problem.ts";
import { count } from "./counts.ts";
import type { Notes, Noting } from "./notes.ts";
import type { Trace } from "./trace.ts";

/** Those that some route has. A request may name any other. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];

/** Loaded with the first request where a dataset is bound. */
let writePoint: typeof import("./data_point.ts").writePoint | undefined;

/** Notes of one request. */
export class Observation implements Noting {
  /** The trace that the request is part of, once {@link prepare} has read it. */
  trace: Trace | undefined;
  readonly #request: Request;
  readonly #route: string;
  readonly settings: Settings;
  readonly #dataset: unknown;
  readonly #at = Date.now();
  #notes: Notes = {};
  #isOver = false;

  /** @param route The pattern of the path, never the path. */
  constructor(request: Request, route: string, settings: Settings, env: object) {
    this.#request = request;
    this.#route = route;
    this.settings = settings;
    this.#dataset = settings.metrics && (env as Readonly<Record<string, unknown>>)[settings.metrics];
  }

  /** Whether {@link prepare} has nothing to do, as for most requests. */
  get isReady(): boolean {
    return !(this.#request.headers.has("traceparent") || (this.#dataset && !writePoint));
  }

  /** Loads what not every deployment and not every request needs, and reads the trace. */
  async prepare(): Promise<void> {
    if (this.#dataset) writePoint ??= (await import("./data_point.ts")).writePoint;
    const { readTrace } = await import("./read_trace.ts");
    this.trace = readTrace(this.#request.headers);
  }

  /** Adds to what is told. What is noted after the answer has a line of its own. */
  note(fields: Notes): void {
    if (!this.#isOver) {
      Object.assign(this.#notes, fields);
    } else if (this.settings.log !== "off") {
      const { source, stream } = this.#notes;
      const line = { event: "after-answer", route: this.#route, source, stream, ...fields };
      console[fields.failed || fields.error ? "error" : "warn"](JSON.stringify(line));
    }
  }

  /** Tells of the request, and gives its answer back. Never throws. */
  end(response: Response): Response {
    const { log, counts } = this.settings;
    const { status } = response;
    const notes = this.#notes;
    const answered = { method: this.#method, route: this.#route, status, ms: Date.now() - this.#at };
    const told = status < 400 ? notes : { ...notes, code: responseCode(response) ?? notes.code };
    this.#isOver = true;
    count(counts, answered.method, answered.route, status, answered.ms);
    if (this.#dataset) writePoint?.(this.#dataset, answered, told);
    if (log === "requests" || (log === "failures" && (status >= 400 || notes.failed || notes.error))) {
      const ray = rayOf(this.#request.headers.get("cf-ray"));
      const line = { event: "request", ...answered, ...told, ray, trace: this.trace?.id };
      console[levelOf(status, notes)](JSON.stringify(line));
    }
    return response;
  }

  get #method(): string {
    const { method } = this.#request;
    return METHODS.includes(method) ? method : "OTHER";
  }
}

function levelOf(status: number, { error }: Notes): "log" | "warn" | "error" {
  if (error !== undefined || status === 500) return "error";
  return status === 429 || status > 500 ? "warn" : "log";
}

/** As Cloudflare names a request. Elsewhere anybody can send the header, so that it may only look like one. */
const RAY = /^[0-9a-f]{16}-[A-Z]{3}$/;
const RAY_LENGTH = 20;

function rayOf(ray: string | null): string | undefined {
  return ray?.length === RAY_LENGTH && RAY.test(ray) ? ray : undefined;
}
