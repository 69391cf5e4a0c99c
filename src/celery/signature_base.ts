/**
 * What all signatures are, for the checks of options, which signatures themselves are made with.
 * @module
 */

/** The base of `Signature`, and of nothing else. */
export abstract class SignatureBase {
  /** The signature as Celery writes it. */
  abstract toJSON(): unknown;
}
