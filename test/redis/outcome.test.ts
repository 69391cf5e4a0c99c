import { describe, expect, it } from "vitest";
import {
  BackPressureError,
  OutcomeUnknownError,
  RefusedError,
  TimedOutError,
  UnauthorisedError,
  UnavailableError,
} from "../../src/errors.ts";
import { failureError, replyError } from "../../src/redis/outcome.ts";

const SECRET = "hunter2-payload";

describe("what an error reply says about the command", () => {
  it.each([
    ["WRONGPASS invalid or missing auth token", UnauthorisedError],
    ["Unauthorized", UnauthorisedError],
    [`NOPERM this user has no permissions to access the '${SECRET}' key`, UnauthorisedError],
    ["OOM command not allowed when used memory > 'maxmemory'.", BackPressureError],
    ["ERR max daily request limit exceeded. Limit: 10000, Usage: 10001.", BackPressureError],
    ["ERR max requests limit exceeded. Limit: 500000", BackPressureError],
    ["ERR DB capacity quota exceeded", BackPressureError],
    ["ERR max single record size exceeded", BackPressureError],
    ["ERR max request size exceeded", BackPressureError],
    ["LOADING Redis is loading the dataset in memory", UnavailableError],
    ["MISCONF Redis is configured to save RDB snapshots", UnavailableError],
    ["READONLY You can't write against a read only replica.", UnavailableError],
    ["BUSY Redis is busy running a script.", UnavailableError],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", RefusedError],
    ["EXECABORT Transaction discarded because of previous errors.", RefusedError],
    [`ERR unknown command 'X', with args beginning with: '${SECRET}'`, RefusedError],
    ["EXECABORT Transaction discarded because of: OOM command not allowed", BackPressureError],
    [
      "ERR The user executing the script can't run this command or subcommand script: 1f, on @user_script:8.",
      UnauthorisedError,
    ],
    [
      "OOM command not allowed when used memory > 'maxmemory'. script: 1f, on @user_script:8.",
      BackPressureError,
    ],
    ["Bad Gateway", OutcomeUnknownError],
    ["undefined", OutcomeUnknownError],
    ["", OutcomeUnknownError],
  ])("%s", (text, type) => {
    const error = replyError(text);
    expect(error.constructor).toBe(type);
    expect(`${error.message}`).not.toContain(SECRET);
  });
});

describe("what a failed request says", () => {
  it("keeps nothing of the command that the client quotes", () => {
    const quoted = Object.assign(new Error(`WRONGTYPE Operation, command was: ["LPUSH","q","${SECRET}"]`), {
      name: "UpstashError",
    });
    const error = failureError(quoted);
    expect(error).toBeInstanceOf(RefusedError);
    expect(
      JSON.stringify([
        error.message,
        error.stack,
        (error.cause as Error).message,
        (error.cause as Error).stack,
      ]),
    ).not.toContain(SECRET);
  });

  it("keeps nothing of an answer that is not JSON", () => {
    const quoted = Object.assign(new Error(`Unable to parse response body: ${SECRET}`), {
      name: "UpstashJSONParseError",
    });
    const error = failureError(quoted);
    expect(error.constructor).toBe(OutcomeUnknownError);
    expect(
      JSON.stringify([error.message, (error.cause as Error).message, (error.cause as Error).stack]),
    ).not.toContain(SECRET);
  });

  it.each([
    [
      "Node",
      Object.assign(new TypeError("fetch failed"), {
        cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
      }),
    ],
    [
      "Node, no such host",
      Object.assign(new TypeError("fetch failed"), {
        cause: Object.assign(new Error(""), { code: "ENOTFOUND" }),
      }),
    ],
    [
      "Bun",
      Object.assign(new Error("Unable to connect. Is the computer able to access the url?"), {
        code: "ConnectionRefused",
      }),
    ],
    [
      "Deno",
      new TypeError(
        "error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)",
      ),
    ],
  ])("%s: a refused connection is known to have sent nothing", (_runtime, error) => {
    expect(failureError(error)).toBeInstanceOf(UnavailableError);
  });

  it("takes a time-out and everything else as unknown", () => {
    expect(failureError(new DOMException("The operation timed out.", "TimeoutError"))).toBeInstanceOf(
      TimedOutError,
    );
    expect(failureError(new Error("Network connection lost.")).constructor).toBe(OutcomeUnknownError);
    expect(failureError("thrown text").constructor).toBe(OutcomeUnknownError);
  });
});
