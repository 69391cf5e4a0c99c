/**
 * Why an event, or a whole body, is not taken. Neither ever quotes what arrived.
 * @module
 */

/** Codes of events that are not taken, as they stand in the answer; those of the library's errors may stand beside them. */
export type RejectionCode =
  | "malformed-json"
  | "invalid-utf8"
  | "not-an-object"
  | "event-too-large"
  | "too-deep"
  | "forbidden-key"
  | "invalid-cloudevent"
  | "missing-field"
  | "forbidden-field"
  | "invalid-event"
  | "no-routing-key";

/** One event is not taken; the others of its request are. */
export class EventRejection extends Error {
  override readonly name = "EventRejection";
  readonly code: RejectionCode;

  constructor(code: RejectionCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Codes of bodies that cannot be read on. */
export type BodyErrorCode =
  | "content-too-large"
  | "unsupported-media-type"
  | "incomplete-body"
  | "malformed-body";

/** The body cannot be read, or not any further. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly code: BodyErrorCode;

  constructor(code: BodyErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}
