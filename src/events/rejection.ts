/**
 * Why an event, or a whole body, is not taken. Never quotes what arrived.
 * @module
 */

/** Codes of events that are not taken, as they stand in the answer; those of the library's errors may stand beside them. */
export type EventCode =
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

/** Codes of bodies that cannot be read, or not any further. */
export type BodyCode = "content-too-large" | "unsupported-media-type" | "incomplete-body" | "malformed-body";

/** An event is not taken, while the others of its request are; thrown while a body is read, the body is not. */
export class Rejection extends Error {
  override readonly name = "Rejection";
  readonly code: EventCode | BodyCode;

  constructor(code: EventCode | BodyCode, detail: string) {
    super(detail);
    this.code = code;
  }
}
