/**
 * Topic patterns: the Python regular expression that Kombu stores with a binding, built as Kombu builds it and read
 * back into steps that can be matched without backtracking. Spec kombu-redis §6.4.
 * @module
 */

/** One step of a pattern: a character test and how often it may hold. */
export interface Step {
  /** A literal character, any character but a newline, or any character but a dot. */
  readonly test: { readonly literal: string } | "not-newline" | "not-dot";
  /** Fewest repetitions: 0 or 1. */
  readonly least: 0 | 1;
  /** Whether it may hold more than once. */
  readonly repeats: boolean;
}

/** A pattern that Python's `re` would refuse; Kombu raises it on every publish to the exchange, for everybody. */
export class PoisonPattern extends Error {}

/**
 * The pattern that Kombu stores for a topic binding key.
 *
 * Letters, digits, `.`, `#` and `*` stay, everything else is escaped; a word `*` becomes `.*?[^\.]`, a word `#` becomes
 * `.*?`. A `*` inside a word stays a quantifier, as it does in Kombu.
 */
export function topicPattern(routingKey: string): string {
  let escaped = "";
  for (const character of routingKey) {
    if (character === "\0") escaped += "\\000";
    else escaped += /[\p{L}\p{N}.#*]/u.test(character) ? character : `\\${character}`;
  }
  const words = escaped.split(".").map((word) => (word === "*" ? ".*?[^\\.]" : word === "#" ? ".*?" : word));
  return `^${words.join("\\.")}$`;
}

/**
 * Reads a stored pattern into steps.
 *
 * @returns The steps, or `undefined` for a pattern with constructs that Kombu ≤ 5.6 never writes.
 * @throws {PoisonPattern} For what Python's `re` refuses.
 */
export function parsePattern(pattern: string): readonly Step[] | undefined {
  const characters = Array.from(pattern);
  if (characters[0] !== "^" || characters.at(-1) !== "$" || isEscaped(characters)) return undefined;
  const steps: Step[] = [];
  const last = characters.length - 1;
  let quantified = true;
  for (let at = 1; at < last; at++) {
    const character = characters[at]!;
    if (character === "*" || character === "+" || character === "?") {
      const step = steps.at(-1);
      if (!step || quantified) throw new PoisonPattern(step ? "multiple repeat" : "nothing to repeat");
      steps[steps.length - 1] = { ...step, least: character === "+" ? 1 : 0, repeats: character !== "?" };
      quantified = true;
      // A lazy quantifier matches the same texts.
      if (characters[at + 1] === "?" && at + 1 < last) at++;
      continue;
    }
    quantified = false;
    if (character === "\\") {
      const escaped = characters[++at];
      if (escaped === undefined || at >= last) return undefined;
      if (escaped === "0" && characters[at + 1] === "0" && characters[at + 2] === "0") at += 2;
      else if (/[A-Za-z0-9]/.test(escaped)) return undefined;
      steps.push({ test: { literal: escaped === "0" ? "\0" : escaped }, least: 1, repeats: false });
    } else if (character === "[") {
      const length = notDotLength(characters, at);
      if (length === 0) return undefined;
      steps.push({ test: "not-dot", least: 1, repeats: false });
      at += length - 1;
    } else if (character === ".") {
      steps.push({ test: "not-newline", least: 1, repeats: false });
    } else if ("^$(){}|]".includes(character)) {
      return undefined;
    } else {
      steps.push({ test: { literal: character }, least: 1, repeats: false });
    }
  }
  return steps;
}

/** Whether the last character is, by an odd number of backslashes before it. */
function isEscaped(characters: readonly string[]): boolean {
  const before = characters.length - 2;
  return (before - characters.findLastIndex((character, at) => at <= before && character !== "\\")) % 2 === 1;
}

function notDotLength(characters: readonly string[], at: number): number {
  const text = characters.slice(at, at + 5).join("");
  return text === "[^\\.]" ? 5 : text.startsWith("[^.]") ? 4 : 0;
}
