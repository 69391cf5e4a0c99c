/**
 * The version of this package, as `package.json` has it: a Worker cannot read that, and need not carry it.
 * @module
 */

/** Such as `1.0.0`. */
export const VERSION = "0.1.0";
