/**
 * Hono's smallest router, with a memory for paths that are asked for again and again: it tries one regular expression after
 * another, which takes a good part of a publish's time.
 * @module
 */
import type { Result, Router } from "hono/router";
import { PatternRouter } from "hono/router/pattern-router";

/** Paths come from callers, so neither their number nor their length may be without bound. */
const REMEMBERED_PATHS = 1_000;
const REMEMBERED_LENGTH = 500;

/** A router whose {@link answering} handlers never call the next one. */
export class RememberingRouter<Handler> implements Router<Handler> {
  readonly name: string = "RememberingRouter";
  readonly #routes: PatternRouter<Handler> = new PatternRouter<Handler>();
  readonly #answering = new Set<Handler>();
  readonly #remembered = new Map<string, Result<Handler>>();
  /** Whether handlers that are added always answer. One that matches first is the only one: Hono then calls it directly. */
  answering = true;

  add(method: string, path: string, handler: Handler): void {
    this.#routes.add(method, path, handler);
    if (this.answering) this.#answering.add(handler);
    this.#remembered.clear();
  }

  match(method: string, path: string): Result<Handler> {
    const name = `${method} ${path}`;
    let result = this.#remembered.get(name);
    if (result) return result;
    result = this.#routes.match(method, path) as [[Handler, Record<string, string>][]];
    const [first] = result[0];
    if (first && this.#answering.has(first[0])) result = [[first]] as Result<Handler>;
    if (name.length > REMEMBERED_LENGTH) return result;
    if (this.#remembered.size >= REMEMBERED_PATHS) this.#remembered.clear();
    this.#remembered.set(name, result);
    return result;
  }
}
