/**
 * From what the caller gave as `body`, `contentType`, `contentEncoding` and `serializer` to a payload, by the table of
 * spec kombu-redis §2.3.
 * @module
 */
import { EncodeError, InvalidArgumentError } from "../errors.ts";
import { checkParsedJson } from "./json.ts";
import {
  asBytes,
  type Payload,
  PICKLE_CONTENT_TYPE,
  pickleRefusal,
  type SerializedBody,
  type Serializer,
  serialize,
  wellFormed,
} from "./serializers.ts";
import { decodeUtf8 } from "./utf8.ts";

/** The arguments that decide how a body is written. */
export interface BodyOptions {
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  serializer?: string | Serializer | undefined;
}

/**
 * Serialises a body. With a `contentType` the body must already be text or bytes and passes through; otherwise the
 * serialiser decides, and without one a string is `text/plain`, bytes are `application/data`, anything else is JSON.
 *
 * A body that is declared to be JSON is parsed, because a consumer that cannot decode it gets it again for ever.
 *
 * @throws {EncodeError} When the body does not fit.
 * @throws {InvalidArgumentError} For an unknown content encoding or a content type consumers would not recognise.
 */
export function serializeBody(body: unknown, options: BodyOptions): SerializedBody {
  if (options.contentType) return passThrough(body, options.contentType, options.contentEncoding);
  if (options.serializer) return serialize(body, options.serializer);
  if (typeof body === "string") {
    return { payload: wellFormed(body), contentType: "text/plain", contentEncoding: "utf-8" };
  }
  const bytes = asBytes(body);
  if (bytes) return { payload: bytes, contentType: "application/data", contentEncoding: "binary" };
  return serialize(body, "json");
}

function passThrough(
  body: unknown,
  contentType: string,
  contentEncoding: string | undefined,
): SerializedBody {
  if (contentType === PICKLE_CONTENT_TYPE) throw pickleRefusal();
  if (typeof contentType !== "string") throw new InvalidArgumentError("contentType", "must be a string");
  if (contentType !== "application/json" && /^application\/json\s*(;|$)/i.test(contentType)) {
    throw new InvalidArgumentError(
      "contentType",
      'must be exactly "application/json": consumers compare it to the letter',
    );
  }
  let payload: Payload;
  let encoding = contentEncoding;
  if (typeof body === "string") {
    encoding ||= "utf-8";
    payload = encodeText(wellFormed(body), encoding);
  } else {
    const bytes = asBytes(body);
    if (!bytes) throw new EncodeError("body", "must be a string or bytes when contentType is given");
    encoding ||= "binary";
    payload = bytes;
  }
  if (contentType === "application/json") checkJsonPayload(payload);
  return { payload, contentType, contentEncoding: encoding };
}

/** Text in the codecs that every runtime can write; the name is Python's and is written as given. */
function encodeText(text: string, codec: string): Payload {
  switch (codec.toLowerCase().replaceAll("_", "-")) {
    case "utf-8":
    case "utf8":
      return text;
    case "ascii":
    case "us-ascii":
      return singleBytes(text, 0x7f, codec);
    case "latin-1":
    case "latin1":
    case "iso-8859-1":
      return singleBytes(text, 0xff, codec);
    default:
      throw new InvalidArgumentError("contentEncoding", "must be utf-8, ascii or latin-1 for a string body");
  }
}

function singleBytes(text: string, highest: number, codec: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > highest) throw new EncodeError("body", `has a character that ${codec} cannot carry`);
    bytes[index] = unit;
  }
  return bytes;
}

function checkJsonPayload(payload: Payload): void {
  // An empty body is handed to the application undecoded (spec kombu-redis §3).
  if (payload.length === 0) return;
  let value: unknown;
  try {
    value = JSON.parse(typeof payload === "string" ? payload : decodeUtf8(payload));
  } catch {
    // The engine's message quotes the body.
    throw new EncodeError("body", "is not valid JSON although its content type says so");
  }
  checkParsedJson(value, "body");
}
