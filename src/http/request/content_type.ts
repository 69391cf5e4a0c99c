/**
 * A request's `Content-Type` as what an envelope says: consumers compare content types to the letter, without parameters.
 * @module
 */
import { decodeUtf8 } from "../../envelope/utf8.ts";
import { EncodeError } from "../../errors.ts";
import { HttpProblem } from "../problem.ts";

/** What an envelope says of a payload. */
export interface MediaType {
  /** Lower case, without parameters. */
  readonly contentType: string;
  /** Python's name of the codec, or `binary`. */
  readonly contentEncoding: string;
}

/** Charsets that a payload may be passed through in: their bytes can be told right from wrong, or cannot be wrong. */
const CODECS: Readonly<Record<string, string>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "us-ascii": "us-ascii",
  ascii: "us-ascii",
  "iso-8859-1": "iso-8859-1",
  latin1: "iso-8859-1",
};

/** The media type of a header, lower-cased and without parameters; empty without one. */
export function essence(header: string | null): string {
  return (header ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/**
 * The media type of a body that is passed through: `application/data` when the request does not say.
 *
 * @throws {HttpProblem} `unsupported-media-type` for a header that is none, a charset that cannot be passed on, or a
 * compressed request.
 */
export function mediaTypeOf(headers: Headers): MediaType {
  const coding = headers.get("content-encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    throw unsupported(
      "content-encoding",
      "The body must be sent without a Content-Encoding; see `compression`.",
    );
  }
  const header = headers.get("content-type");
  if (header === null || header.trim() === "")
    return { contentType: "application/data", contentEncoding: "binary" };
  const contentType = essence(header);
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType)) {
    throw unsupported("content-type", "The Content-Type is not a media type.");
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(header)?.[1]?.toLowerCase();
  const isJson = contentType === "application/json";
  if (charset === undefined) {
    return { contentType, contentEncoding: isJson || contentType.startsWith("text/") ? "utf-8" : "binary" };
  }
  const codec = Object.hasOwn(CODECS, charset) ? CODECS[charset]! : undefined;
  // Consumers read JSON as UTF-8, whatever the envelope says (spec kombu-redis §3).
  if (codec === undefined || (isJson && codec === "iso-8859-1")) {
    throw unsupported(
      "content-type",
      "The charset of the Content-Type must be utf-8, or for text us-ascii or iso-8859-1.",
    );
  }
  return { contentType, contentEncoding: codec };
}

/** Refuses bytes that the consumer could not decode as the envelope says. */
export function checkDecodable(body: Uint8Array, { contentType, contentEncoding }: MediaType): void {
  // JSON is looked at by the library.
  if (contentType === "application/json") return;
  if (contentEncoding === "us-ascii" && body.some((byte) => byte > 0x7f)) {
    throw new EncodeError("body", "is not us-ascii although its content type says so");
  }
  if (contentEncoding !== "utf-8") return;
  try {
    decodeUtf8(body);
  } catch {
    throw new EncodeError("body", "is not UTF-8 although its content type says so");
  }
}

/** The problem of a body that cannot be taken as it is labelled. */
export function unsupported(field: string, detail: string): HttpProblem {
  return new HttpProblem("unsupported-media-type", detail, { field });
}
