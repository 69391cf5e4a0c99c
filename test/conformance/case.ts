/** @module A golden case: what was asked of real Kombu, and the Redis commands that it sent. */

/** A case of `vectors/kombu.json`, or one of our own without Kombu's commands. */
export interface Case {
  readonly name: string;
  readonly input: CaseInput;
  /** What Kombu 5.6.2 sent; missing for cases that only state what is done here. */
  readonly commands?: readonly (readonly string[])[];
  /** Per step, where Kombu returned or raised something worth noting. */
  readonly results?: readonly { readonly return?: unknown; readonly error?: string }[];
}

/** What was done, in Kombu's own names; values that JSON lacks are `{"$bytes_b64": …}` and the like. */
export interface CaseInput {
  readonly transport_options?: Readonly<Record<string, unknown>>;
  readonly db?: number;
  readonly producer?: Readonly<Record<string, unknown>>;
  readonly redis_setup?: readonly (readonly [string, ...string[]])[];
  readonly steps: readonly Step[];
}

/** One step: an object with one key. */
export interface Step {
  readonly publish?: Readonly<Record<string, unknown>>;
  readonly declare?: unknown;
  readonly delete?: unknown;
  readonly purge?: unknown;
  readonly size?: string;
  readonly unbind?: { readonly queue: string; readonly exchange: string; readonly routing_key: string };
}

/** What one step came to here: a value, or the code of an error and the field that it names. */
export type StepOutcome =
  | { readonly return: unknown }
  | { readonly error: string; readonly field: string | undefined };
