/** @module What a run of `npm run bench` was asked for. */
import { parseArgs } from "node:util";

/** The choices of a run. */
export interface Asked {
  /** Suites; empty for all of them. */
  readonly suites: readonly string[];
  readonly quick: boolean;
  readonly reference: boolean;
  readonly draw: boolean;
}

/**
 * Reads the command line.
 *
 * @param suites Names of those that there are.
 * @throws Error for a flag or a suite that does not exist, and for choices that exclude each other.
 */
export function readAsked(args: readonly string[], suites: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      reference: { type: "boolean", default: false },
      draw: { type: "boolean", default: false },
    },
    allowPositionals: true,
    strict: true,
  });
  const unknown = positionals.find((name) => !suites.includes(name));
  if (unknown !== undefined)
    throw new Error(`there is no suite "${unknown}"; there are ${suites.join(", ")}`);
  const { quick, reference, draw } = values;
  if (draw && (quick || reference || positionals.length > 0)) {
    throw new Error("--draw measures nothing, so that it goes with nothing else");
  }
  if (reference && positionals.length > 0) throw new Error("--reference is of one run of all suites");
  if (reference && quick)
    throw new Error("--reference replaces committed figures, for which --quick is too short");
  return { suites: positionals, quick, reference, draw };
}
