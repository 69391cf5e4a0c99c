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

/** Codes of failures that are HTTP's own, with their statuses; the library's errors bring their own codes. */
const STATUSES = {
  "malformed-json": 400,
  "malformed-authorization": 400,
  "incomplete-body": 400,
  "malformed-body": 400,
  "events-rejected": 400,
  unauthenticated: 401,
  forbidden: 403,
  "origin-not-allowed": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "content-too-large": 413,
  "unsupported-media-type": 415,
  "rate-limited": 429,
  "internal-error": 500,
} as const;

/** A code of {@link HttpProblem}. */
export type HttpErrorCode = keyof typeof STATUSES;

/** A failure that is HTTP's own. Thrown by a handler, told by the endpoint. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly details: ProblemDetails;
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
    this.details = problemDetails(code, STATUSES[code], detail, members);
    this.headers = headers;
  }
}

/** The code of a problem. */
export function problemCode({ type }: ProblemDetails): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

const codes = new WeakMap<Response, string>();

/** The code of the problem that an answer tells; `undefined` when it tells none. */
export function responseCode(response: Response): string | undefined {
  return codes.get(response);
}

/** Remembers which problem an answer tells. */
export function markProblem(response: Response, problem: ProblemDetails): Response {
  codes.set(response, problemCode(problem));
  return response;
}

/** The details of a problem. Its title is its code in words. */
export function problemDetails(
  code: string,
  status: number,
  detail: string,
  members: Readonly<Record<string, unknown>>,
): ProblemDetails {
  const title = code[0]!.toUpperCase() + code.slice(1).replaceAll("-", " ");
  return { type: `urn:kombu-edge:problem:${code}`, title, status, detail, ...members };
}
