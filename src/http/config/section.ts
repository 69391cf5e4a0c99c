/**
 * A part of the configuration: which members it has, and what they mean once checked.
 * @module
 */

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
