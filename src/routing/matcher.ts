/**
 * Matching a routing key against a stored topic pattern as Python's `re.match` would, in time linear in the key for
 * what Kombu writes. Spec kombu-redis §6.4.
 * @module
 */
import { LONGEST_TEXT, mayBacktrack } from "./backtracking.ts";
import { PoisonPattern, parsePattern, type Step } from "./pattern.ts";

/** Tells whether a routing key matches. */
export type Matcher = (routingKey: string) => boolean;

/** A stored pattern that more than one key matches. */
export interface VaryingPattern {
  readonly matches: Matcher;
  /** What every matching key begins with; may be empty. */
  readonly prefix: string;
  /** What every matching key ends with, not counting one final newline; may be empty. */
  readonly suffix: string;
}

/** A stored pattern made ready: a literal key, or a matcher. */
export type CompiledPattern = { readonly literal: string } | VaryingPattern;

/**
 * Compiles a stored pattern.
 *
 * @throws {PoisonPattern} When Python's `re` would refuse it, or could take for ever over it.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const steps = parsePattern(pattern);
  if (!steps) return { matches: foreign(pattern), prefix: "", suffix: "" };
  const firstVarying = steps.findIndex((step) => literalOf(step) === undefined);
  if (firstVarying < 0) return { literal: literals(steps) };
  const prefix = literals(steps.slice(0, firstVarying));
  const suffix = literals(steps.slice(steps.findLastIndex((step) => literalOf(step) === undefined) + 1));
  const general = simulate(steps);
  const segments = split(steps);
  if (!segments) return { matches: general, prefix, suffix };
  const fast = glob(segments);
  // Only without newlines is "any run of characters" really any run, and the end really the end.
  return { matches: (key) => (key.includes("\n") ? general(key) : fast(key)), prefix, suffix };
}

/** The one character that a step stands for, or `undefined`. */
function literalOf({ test, least, repeats }: Step): string | undefined {
  return typeof test === "object" && least === 1 && !repeats ? test.literal : undefined;
}

function literals(steps: readonly Step[]): string {
  return steps.map(literalOf).join("");
}

/** A text of fixed length: UTF-16 units, `NOT_DOT` where any unit but a dot fits. */
interface Segment {
  readonly units: readonly number[];
  /** All of it, when it is literal. */
  readonly text: string | undefined;
  /** What is literal at its end, and where that begins. */
  readonly tail: string;
  readonly tailAt: number;
}

const NOT_DOT = -1;
const DOT = 46;

/** Cuts the steps at their any-runs; `undefined` when something else varies in length. */
function split(steps: readonly Step[]): Segment[] | undefined {
  const segments: number[][] = [[]];
  let afterRun = false;
  for (const { test, least, repeats } of steps) {
    if (test === "not-newline") {
      if (least !== 0 || !repeats) return undefined;
      segments.push([]);
      afterRun = true;
      continue;
    }
    if (least !== 1 || repeats) return undefined;
    // One character but two units outside the basic plane: right only where a run before it takes up the slack.
    if (test === "not-dot" && !afterRun) return undefined;
    const units = segments.at(-1)!;
    if (test === "not-dot") units.push(NOT_DOT);
    else for (let index = 0; index < test.literal.length; index++) units.push(test.literal.charCodeAt(index));
    afterRun = false;
  }
  return segments.map((units) => {
    const tailAt = units.lastIndexOf(NOT_DOT) + 1;
    const tail = String.fromCharCode(...units.slice(tailAt));
    return { units, text: tailAt === 0 ? tail : undefined, tail, tailAt };
  });
}

/** Segments with any-runs between them: the leftmost place for each is always the best. */
function glob(segments: readonly Segment[]): Matcher {
  const first = segments[0]!;
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1);
  return (key) => {
    if (!fits(first, key, 0)) return false;
    let at = first.units.length;
    const end = key.length - last.units.length;
    for (const segment of middle) {
      at = find(segment, key, at, end);
      if (at < 0) return false;
      at += segment.units.length;
    }
    return end >= at && fits(last, key, end);
  };
}

function fits({ units, text }: Segment, key: string, at: number): boolean {
  if (text !== undefined) return key.startsWith(text, at);
  if (at + units.length > key.length) return false;
  for (let index = 0; index < units.length; index++) {
    const unit = key.charCodeAt(at + index);
    if (units[index] === NOT_DOT ? unit === DOT : unit !== units[index]) return false;
  }
  return true;
}

function find(segment: Segment, key: string, from: number, end: number): number {
  if (segment.text !== undefined) return key.indexOf(segment.text, from);
  for (let at = from; at <= end; at++) {
    at = key.indexOf(segment.tail, at + segment.tailAt) - segment.tailAt;
    if (at < from) return -1;
    if (fits(segment, key, at)) return at;
  }
  return -1;
}

/** All states at once, so that no key takes more than (key length × steps). */
function simulate(steps: readonly Step[]): Matcher {
  return (key) => {
    const characters = Array.from(key);
    let states = reach(steps, new Set([0]));
    for (let at = 0; at <= characters.length; at++) {
      const rest = characters.length - at;
      if (states.has(steps.length) && (rest === 0 || (rest === 1 && characters[at] === "\n"))) return true;
      if (rest === 0) return false;
      const next = new Set<number>();
      for (const state of states) {
        const step = steps[state];
        if (step === undefined || !holds(step, characters[at]!)) continue;
        next.add(state + 1);
        if (step.repeats) next.add(state);
      }
      states = reach(steps, next);
      if (states.size === 0) return false;
    }
    return false;
  };
}

/** Adds the states that can be reached without a character: past every step that may hold zero times. */
function reach(steps: readonly Step[], states: Set<number>): Set<number> {
  for (const state of states) if (steps[state]?.least === 0) states.add(state + 1);
  return states;
}

function holds({ test }: Step, character: string): boolean {
  if (test === "not-newline") return character !== "\n";
  if (test === "not-dot") return character !== ".";
  return test.literal === character;
}

/** What may mean something else in JavaScript. Within a character set a dot is a dot. */
const TOKENS = /\\000|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\[|\.|\$/gsu;

/** A pattern that another version of Kombu wrote: translated to a JavaScript expression where the two differ. */
function foreign(pattern: string): Matcher {
  const translated = pattern.replace(TOKENS, (token) => {
    if (token === "\\000") return "\\0";
    if (token === "[") throw new PoisonPattern("unterminated character set");
    // Python takes a bracket that comes first for itself.
    if (token.startsWith("[")) return token.replace(/^(\[\^?)\]/, "$1\\]");
    if (token === ".") return "[^\\n]";
    if (token === "$") return "(?=\\n?$)";
    return token;
  });
  if (mayBacktrack(pattern)) throw new PoisonPattern("may take too long");
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${translated})`);
  } catch (cause) {
    throw new PoisonPattern("not a regular expression", { cause });
  }
  return (key) => key.length <= LONGEST_TEXT && expression.test(key);
}
