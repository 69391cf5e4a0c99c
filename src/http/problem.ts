/**
 * Every failure as RFC 9457 problem details: a stable `type`, a status, and never a word of the request's body.
 * @module
 */

/** What a client is told of a failure; `type` ends in the code. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Extension members, such as `field`, `position`, `line`, `right`, `delivered`. */
  readonly [member: string]: unknown;
}

/** Codes of failures that are HTTP's own; the library's errors bring theirs. */
export type HttpErrorCode =
  | "malformed-json"
  | "malformed-authorization"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "method-not-allowed"
  | "incomplete-body"
  | "content-too-large"
  | "unsupported-media-type"
  | "internal-error";

const STATUSES: Readonly<Record<HttpErrorCode, readonly [status: number, title: string]>> = {
  "malformed-json": [400, "The body is not valid JSON"],
  "malformed-authorization": [400, "The Authorization header is malformed"],
  unauthenticated: [401, "A valid token is needed"],
  forbidden: [403, "The token lacks a right"],
  "not-found": [404, "There is no such resource"],
  "method-not-allowed": [405, "The resource does not have this method"],
  "incomplete-body": [400, "The body did not arrive whole"],
  "content-too-large": [413, "The body is too large"],
  "unsupported-media-type": [415, "The body is of a type that is not taken here"],
  "internal-error": [500, "An unexpected error"],
};

/** A failure that is HTTP's own. Thrown by a handler, told by the endpoint. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly code: HttpErrorCode;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param detail A sentence for the caller; never holds anything of the body or a token.
   * @param members Extension members of the problem.
   * @param headers Headers of the answer, such as `Allow`.
   */
  constructor(
    code: HttpErrorCode,
    detail: string,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.code = code;
    this.members = members;
    this.headers = headers;
  }

  /** The problem as a client sees it. */
  get details(): ProblemDetails {
    const [status, title] = STATUSES[this.code];
    return { type: problemType(this.code), title, status, detail: this.message, ...this.members };
  }
}

/** The URI of a problem: compared, not fetched. */
export function problemType(code: string): string {
  return `urn:kombu-edge:problem:${code}`;
}
