/**
 * One request from its beginning to its answer, and what is told of it: one line of the log, a count, a data point.
 * @module
 */
import type { Settings } from "../config/config.ts";
import { responseCode } from "../problem.ts";
import { count } from "./counts.ts";
import { writePoint } from "./data_point.ts";
import type { Notes, Noting } from "./notes.ts";
import type { Trace } from "./trace.ts";

/** A request may name any other. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];

/** Notes of one request. */
export class Observation implements Noting {
  /** The trace that the request is part of, once {@link follow} has read it. */
  trace: Trace | undefined;
  readonly #request: Request;
  readonly #route: string;
  readonly #settings: Settings;
  readonly #at = Date.now();
  #notes: Notes = {};
  #isOver = false;

  /** @param route The pattern of the path, never the path. */
  constructor(request: Request, route: string, settings: Settings) {
    this.#request = request;
    this.#route = route;
    this.#settings = settings;
  }

  /** Whether the request says that it is part of a trace. */
  get isTraced(): boolean {
    return this.#request.headers.has("traceparent");
  }

  /** Reads the trace; for most requests there is none to read. */
  async follow(): Promise<void> {
    const { readTrace } = await import("./read_trace.ts");
    this.trace = readTrace(this.#request.headers);
  }

  /** Adds to what is told. What is noted after the answer has a line of its own. */
  note(fields: Notes): void {
    if (!this.#isOver) {
      Object.assign(this.#notes, fields);
    } else if (this.#settings.log !== "off") {
      const { source, stream } = this.#notes;
      const line = {
        event: "after-answer",
        method: this.#method,
        route: this.#route,
        source,
        stream,
        ...fields,
      };
      const isLoss = fields.error !== undefined || fields.failed !== undefined;
      console[isLoss ? "error" : "warn"](JSON.stringify(line));
    }
  }

  /** Tells of the request, and gives its answer back. Never throws. */
  end(response: Response, env: object): Response {
    const { log, metrics, counts } = this.#settings;
    const { status } = response;
    const notes = this.#notes;
    const answered = { method: this.#method, route: this.#route, status, ms: Date.now() - this.#at };
    const told = status < 400 ? notes : { ...notes, code: responseCode(response) ?? notes.code };
    this.#isOver = true;
    count(counts, answered.method, answered.route, status, answered.ms);
    const dataset = metrics && (env as Readonly<Record<string, unknown>>)[metrics];
    if (dataset) writePoint(dataset, answered, told);
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

/** Cloudflare's own name of the request. Elsewhere anybody can send the header, so that it may only look like one. */
function rayOf(ray: string | null): string | undefined {
  if (ray === null || ray.length < 16 || ray.length > 20) return undefined;
  for (let at = 0; at < ray.length; at++) {
    const unit = ray.charCodeAt(at);
    const isDigit = unit >= 48 && unit <= 57;
    if (
      !(at < 16 ? isDigit || (unit >= 97 && unit <= 102) : at === 16 ? unit === 45 : unit >= 65 && unit <= 90)
    )
      return undefined;
  }
  return ray;
}
