/**
 * Serialisers by name: what turns a value into a payload, and what content type says so. Spec kombu-redis §3.
 * @module
 */
import { EncodeError, InvalidArgumentError, SerializerNotInstalledError } from "../errors.ts";
import { stringifyJson } from "./json.ts";

/** What a serialiser gives: text is stored as UTF-8. */
export type Payload = string | Uint8Array;

/** A serialiser: pass one as `serializer`, or register it to use it by name. */
export interface Serializer {
  /** Kombu's name, such as `json`. */
  readonly name: string;
  /** The content type a consumer looks the decoder up by; compared exactly and case-sensitively. */
  readonly contentType: string;
  /** `utf-8` for text, `binary` for bytes. */
  readonly contentEncoding: "utf-8" | "binary";
  /** Encodes one value. `field` is what to call it in an {@link EncodeError}. */
  encode(value: unknown, field: string): Payload;
}

const json: Serializer = {
  name: "json",
  contentType: "application/json",
  contentEncoding: "utf-8",
  encode: (value, field) => stringifyJson(value, field, "python"),
};

const PICKLE =
  "pickle is refused: unpickling runs code of the sender's choice in the consumer, and only Python can write it; use json, yaml or msgpack";

const registry = new Map<string, Serializer>([["json", json]]);

/**
 * Makes a serialiser available by its name in this isolate, as `kombu.serialization.register` does.
 *
 * @param serializer For example `yaml` from `kombu-edge/yaml`, or one of your own.
 * @throws {InvalidArgumentError} For a missing member, or the names `pickle`, `raw`, `text` and `binary`.
 */
export function registerSerializer(serializer: Serializer): void {
  const { name, contentType, encode } = serializer;
  if (typeof name !== "string" || name === "")
    throw new InvalidArgumentError("serializer.name", "must be a name");
  if (["pickle", "raw", "text", "binary"].includes(name)) {
    throw new InvalidArgumentError("serializer.name", `must not be "${name}"`);
  }
  if (typeof contentType !== "string" || contentType === "") {
    throw new InvalidArgumentError("serializer.contentType", "must be a content type");
  }
  if (typeof encode !== "function") throw new InvalidArgumentError("serializer.encode", "must be a function");
  registry.set(name, serializer);
}

/** A payload with what the envelope says about it. */
export interface SerializedBody {
  readonly payload: Payload;
  readonly contentType: string;
  readonly contentEncoding: string;
}

/**
 * Serialises a body with a named or given serialiser.
 *
 * @throws {SerializerNotInstalledError} For an unknown name, and for pickle with the reason.
 * @throws {EncodeError} When the value does not fit the serialiser.
 */
export function serialize(body: unknown, serializer: string | Serializer): SerializedBody {
  if (typeof serializer !== "string") return encodeWith(serializer, body);
  switch (serializer) {
    case "raw":
      return raw(body);
    case "text":
      if (typeof body !== "string") throw new EncodeError("body", "must be a string for the text serialiser");
      return { payload: wellFormed(body), contentType: "text/plain", contentEncoding: "utf-8" };
    case "binary":
      return { payload: bytesOf(body, "binary"), contentType: "application/data", contentEncoding: "binary" };
    case "pickle":
      throw new SerializerNotInstalledError(PICKLE);
  }
  const registered = registry.get(serializer);
  if (!registered) {
    const known = ["raw", "text", "binary", ...registry.keys()].join(", ");
    throw new SerializerNotInstalledError(
      `"serializer" must be one of ${known}; register others with registerSerializer`,
    );
  }
  return encodeWith(registered, body);
}

/** The content type that pickled bytes carry; refused whoever made them. */
export const PICKLE_CONTENT_TYPE = "application/x-python-serialize";

/** Why pickle is refused. */
export function pickleRefusal(): SerializerNotInstalledError {
  return new SerializerNotInstalledError(PICKLE);
}

/** Returns the text, or throws because UTF-8 cannot carry it. */
export function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new EncodeError("body", "has a lone surrogate, which UTF-8 cannot carry");
  return text;
}

function encodeWith(serializer: Serializer, body: unknown): SerializedBody {
  if (typeof serializer?.encode !== "function") {
    throw new InvalidArgumentError("serializer", "must be a name, or have the function encode");
  }
  const { contentType, contentEncoding } = serializer;
  return { payload: serializer.encode(body, "body"), contentType, contentEncoding };
}

function raw(body: unknown): SerializedBody {
  if (typeof body === "string") {
    return { payload: wellFormed(body), contentType: "application/data", contentEncoding: "utf-8" };
  }
  return { payload: bytesOf(body, "raw"), contentType: "application/data", contentEncoding: "binary" };
}

function bytesOf(body: unknown, name: string): Uint8Array {
  const bytes = asBytes(body);
  if (!bytes)
    throw new EncodeError(
      "body",
      `must be bytes${name === "raw" ? " or a string" : ""} for the ${name} serialiser`,
    );
  return bytes;
}

/** The bytes of a buffer or view of one; `undefined` for anything else. */
export function asBytes(body: unknown): Uint8Array | undefined {
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body))
    return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength);
  return undefined;
}
