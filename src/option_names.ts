/**
 * Options that do not exist are refused: in Kombu a misspelt one silently becomes a message property.
 * @module
 */
import { InvalidArgumentError } from "./errors.ts";

/** Every option of a type, so that a new one which is not listed does not compile. */
export type KnownOptions<Options> = { readonly [Name in keyof Options]-?: true };

/** Throws {@link InvalidArgumentError} naming the first option that is not known, with `within` before its name. */
export function checkOptionNames<Options extends object>(
  options: Options,
  known: { readonly [Name in keyof Options]-?: unknown },
  within = "",
): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name))
      throw new InvalidArgumentError(`${within}${name}`, "is not a known option");
  }
}
