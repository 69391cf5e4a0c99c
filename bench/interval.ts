/** @module How far a median of a few rounds may be from the true one, whatever the rounds are distributed like. */

const WANTED = 0.95;

/** Where the true median lies. */
export interface Interval {
  readonly lowest: number;
  readonly highest: number;
  /** How sure that is, from 0 to 1; 0 for a single round, which says nothing. */
  readonly confidence: number;
}

/**
 * The narrowest interval between two of the values, as many from either end, that holds the true median with 95 % confidence; from the lowest to the
 * highest, with what confidence that gives, where the values are too few: five give 94 %. A value is as likely below the median as above it, so how many
 * are below is binomial.
 *
 * @param values One at least, independent of each other.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  // Of all ways that so many values can lie below and above, the part with none below.
  let part = 0.5 ** count;
  let outside = part;
  let left = 0;
  // The median is outside when as few as `left` values, or fewer, lie on one side of it.
  for (;;) {
    const next = (part * (count - left)) / (left + 1);
    if (left + 1 >= count - 2 - left || 1 - 2 * (outside + next) < WANTED) break;
    left++;
    part = next;
    outside += next;
  }
  return {
    lowest: sorted[left]!,
    highest: sorted[count - 1 - left]!,
    confidence: Math.max(0, 1 - 2 * outside),
  };
}
