/**
 * Which objects are signatures, for those that the class itself imports.
 * @module
 */

/** Every signature that was made. */
export const KNOWN_SIGNATURES: WeakSet<object> = new WeakSet<object>();
