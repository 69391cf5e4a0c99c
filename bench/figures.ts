/** @module Figures for people. */
import type { Spread } from "./ratio.ts";

/** Three digits that count. */
export function short(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** A difference. */
export function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value).replace("-", "−");
}

/** The median, with the range in parentheses; "not measured" where there is none, which in a file of results is `null`. */
export function range({ median, lowest, highest }: Spread): string {
  if (!Number.isFinite(median)) return "not measured";
  return `${short(median)} (${short(lowest)}–${short(highest)})`;
}
