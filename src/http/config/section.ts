/**
 * A part of the configuration: which members it has, and what they mean once checked.
 * @module
 */

import { InvalidArgumentError } from "../../errors.ts";

/** One section. Adding one is an entry in the list of `config.ts`. */
export interface Section<Config extends object, Settings extends object> {
  /** The section's members. */
  readonly names: { readonly [Name in keyof Config]-?: true };
  /**
   * Checks the section and fills in its defaults.
   *
   * @throws {InvalidArgumentError} Naming the field.
   */
  resolve(config: Config): Settings;
}

/** Runs a check of the library's; its error names the field by its place in the configuration. */
export function within<Result>(place: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const { field, message } = error;
    throw new InvalidArgumentError(`${place}.${field}`, message.slice(field.length + 3));
  }
}
