/**
 * A route: what it answers, what it needs, and how it is described. One list of these makes the application and its
 * OpenAPI document.
 * @module
 */
import type { Call } from "./call.ts";
import type { Entries, Schema } from "./request/check.ts";
import type { Query } from "./request/query.ts";

/** One method on one path. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS";
  /** As OpenAPI writes it: `/v1/queues/{queue}/messages`. */
  readonly path: string;
  readonly summary: string;
  /**
   * `"open"`: anybody. `"token"`: any known token; the handler demands rights itself. Otherwise a right, whose
   * placeholders are the path's: `publish:{exchange}`.
   */
  readonly access: string;
  /** Whether the token may come by HTTP basic authentication as well. */
  readonly basic?: boolean;
  /** The query's parameters. Without it the query is the handler's own affair. */
  readonly query?: Entries;
  /** The body by media type: the name of a schema, or empty for bytes. */
  readonly body?: Readonly<Record<string, string>>;
  /** Whether it heeds `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Successful answers by status: the name of a schema, or empty for none. */
  readonly answers: Readonly<Record<number, string>>;
  readonly handle: (call: Call, query: never) => Promise<Response> | Response;
}

/** Routes that belong together, with the schemas that they name. */
export interface Area {
  readonly routes: readonly Route[];
  readonly schemas?: Readonly<Record<string, Schema>>;
}

/** Types a route's handler by its query. */
export function route<Parameters extends Entries>(
  definition: Omit<Route, "query" | "handle"> & {
    readonly query: Parameters;
    readonly handle: (call: Call, query: Query<Parameters>) => Promise<Response> | Response;
  },
): Route {
  return definition as unknown as Route;
}
