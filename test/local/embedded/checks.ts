/** @module Rows of a command and its reply, run on a server and on the embedded store. */
import { expect, test } from "vitest";
import { describeEachStore } from "../each-store.ts";

export const WRONGTYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
export const arity = (command: string) => ({
  error: `ERR wrong number of arguments for '${command}' command`,
});
export const error = (message: string) => ({ error: message });

export type Row = [command: string | readonly string[], expected: unknown];

/** Runs rows in order; a reply that is no `{error}` is the `result`. */
export function checks(name: string, rows: readonly Row[]): void {
  describeEachStore(name, (front) => {
    test(`${rows.length} commands`, async () => {
      for (const [command, expected] of rows) {
        const words = typeof command === "string" ? command.split(" ") : command;
        const wanted = (expected as { error?: string } | null)?.error ? expected : { result: expected };
        expect(await front.run(...words), words.join(" ")).toEqual(wanted);
      }
    });
  });
}
