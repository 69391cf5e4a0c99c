/** @module JSON and URL paths in, commands as bytes out (http-redis §1.1). */
import { isLosslessNumber, parse } from "lossless-json";
import { type Command, RedisReplyError } from "../store.ts";

/**
 * Reads the body of `POST /`: a JSON array with the command's name and arguments.
 *
 * @throws RedisReplyError when it is malformed or an argument is an array or object.
 */
export function commandFromJson(body: Buffer): Command {
  return toCommand(parseJson(body), "The body");
}

/**
 * Reads the body of `POST /pipeline` and `POST /multi-exec`: a JSON array of command arrays.
 *
 * @throws RedisReplyError when it is malformed or empty; the message names the command by its index.
 */
export function commandsFromJson(body: Buffer): readonly Command[] {
  const value = parseJson(body);
  if (!Array.isArray(value)) throw new RedisReplyError("ERR The body must be a JSON array of commands");
  if (value.length === 0) throw new RedisReplyError("ERR The body holds no command");
  return value.map((item, index) => toCommand(item, `Command ${index}`));
}

/**
 * Reads a command from a path, as `/set/key/value`: the segments, then the body, then the options in the query.
 *
 * @param path The path as it was sent, still percent-encoded.
 * @param query The query; `_token` is left out, and an option without a value stands alone (`?NX`).
 * @param body The last argument, when it is not empty.
 */
export function commandFromPath(path: string, query: URLSearchParams, body: Buffer): Command {
  const command = path.slice(1).split("/").map(percentDecoded);
  if (body.length > 0) command.push(body);
  for (const [name, value] of query) {
    if (name === "_token") continue;
    command.push(Buffer.from(name));
    if (value !== "") command.push(Buffer.from(value));
  }
  return command;
}

function parseJson(body: Buffer): unknown {
  const text = body.toString();
  try {
    const value: unknown = JSON.parse(text);
    // An integer beyond 2^53 would be rounded: only then is the slower, exact parser worth its time.
    return holdsLargeNumber(value) ? parse(text) : value;
  } catch {
    throw new RedisReplyError("ERR The body is not valid JSON");
  }
}

function holdsLargeNumber(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsLargeNumber);
  return typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function toCommand(value: unknown, name: string): Command {
  if (!Array.isArray(value)) throw new RedisReplyError(`ERR ${name} must be a JSON array`);
  if (value.length === 0) throw new RedisReplyError(`ERR ${name} is empty`);
  return value.map((argument: unknown, index) => {
    if (isLosslessNumber(argument)) return Buffer.from(argument.value);
    if (typeof argument === "object" && argument !== null) {
      throw new RedisReplyError(
        `ERR ${name}: argument ${index} must be a string, a number, a boolean or null`,
      );
    }
    return Buffer.from(String(argument));
  });
}

// decodeURIComponent refuses bytes that are not UTF-8; a path may carry any.
function percentDecoded(segment: string): Buffer {
  const bytes = segment.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1");
}
