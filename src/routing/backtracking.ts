/**
 * How much work a regular expression may make of a short text, so that none which takes for ever is ever tried. JavaScript
 * has no engine that does not backtrack, and whoever writes to Redis writes the patterns.
 * @module
 */

/** Characters of the texts that such expressions are tried on. */
export const LONGEST_TEXT = 256;

/** Ways through an expression that are tried at most: two loops and a choice, or seventeen choices, take a millisecond. */
const MAXIMUM_WAYS: number = 2 * LONGEST_TEXT ** 2;

/** Escapes, classes and the beginnings of groups as wholes; quantifiers with the laziness behind them; ends, choices. */
const TOKENS =
  /\\.|\[(?:\\.|[^\]\\])*\]?|\((?:\?(?:<?[=!]|[:>]|P?<\w*>)?)?|[*+?][?+]?|\{\d*(?:,\d*)?\}[?+]?|[)|]/gs;

/**
 * Whether an expression could be tried in more ways than are allowed, on a text of {@link LONGEST_TEXT} characters.
 *
 * An upper bound by its form: a loop multiplies the ways by the length of the text, a choice by two, and a group that is
 * repeated is refused, for its ways have a power. Expressions that would be quick all the same are refused as well.
 */
export function mayBacktrack(pattern: string): boolean {
  let ways = 1;
  let groupEnd = -1;
  for (const { 0: token, index } of pattern.matchAll(TOKENS)) {
    const isLoop = /^(?:[*+]|\{\d*,)/.test(token);
    if (index === groupEnd && (isLoop || token.startsWith("{"))) return true;
    if (isLoop) ways *= LONGEST_TEXT;
    else if (token.startsWith("?") || token === "|") ways *= 2;
    if (ways > MAXIMUM_WAYS) return true;
    if (token === ")") groupEnd = index + 1;
  }
  return false;
}
