/** @module How long a comparison takes. */

/** Rounds, and seconds per contender and round. */
export interface Pace {
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds that each contender runs before anything is measured, or at most, when it can tell that it is warm. Default: half a round's. */
  readonly warmUp?: number;
}

/** For figures to be shown. */
export const THOROUGH: Pace = { rounds: 5, seconds: 1.5 };
/** For a look while working. */
export const QUICK: Pace = { rounds: 3, seconds: 1 };
