/** @module Where the time of a message goes: a profile's samples, as shares of the CPU time. */
import type { Skipped } from "./rounds.ts";
import { folderOf } from "./sources.ts";

/** A part of the source, or of what it runs on. */
export interface Share {
  readonly area: string;
  readonly microseconds: number;
}

/** Where the time of one message goes. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  /** What a Worker was asked to do. Those of the same job stand side by side, the floor first. */
  readonly job?: string;
  /** Microseconds of CPU time. */
  readonly perRequest: number;
  /** By folder, package or part of the runtime, the largest first. */
  readonly areas: readonly Share[];
  /** By file, the largest first: in a Worker with the calls of the runtime that it makes, in Node without. */
  readonly files: readonly Share[];
}

/** What an isolate has in use after a load, with the garbage that V8 has not collected: its inspector does not take the command. */
export interface Heap {
  readonly title: string;
  /** The median of the readings. */
  readonly mebibytes: number;
  /** Each after another load. */
  readonly readings?: readonly number[];
}

/** What could not be profiled. */
export interface SkippedProfile extends Skipped {
  /** Which of the profiles it would have been among. */
  readonly part: "Workers" | "Node" | "heaps";
}

/** What was profiled. */
export interface Profiled extends Pick<Profile, "id" | "title" | "job"> {
  readonly messages: number;
  /** That the process had; a profile's own clock goes on while others have the core. 0 or NaN where it cannot be known. */
  readonly cpuSeconds: number;
}

/**
 * A profile of so many messages.
 *
 * @param times By area.
 * @param files Of the same time, by file. Default: the files among the areas, which are summed by folder then.
 */
export function profileOf(
  { messages, cpuSeconds, ...about }: Profiled,
  times: readonly Share[],
  files: readonly Share[] = times.filter(({ area }) => area.startsWith("src/")),
): Profile {
  const sampled = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const perRequest = (cpuSeconds > 0 ? cpuSeconds * 1e6 : sampled) / messages;
  const scaled = (shares: readonly Share[]) =>
    shares.map(({ area, microseconds }) => ({ area, microseconds: (microseconds / sampled) * perRequest }));
  const areas = times.map(({ area, microseconds }) => ({ area: folderOf(area), microseconds }));
  return { ...about, perRequest, areas: scaled(summed(areas)), files: scaled(files) };
}

/** Those of 1 % at least. */
export function notable(shares: readonly Share[], perRequest: number): readonly Share[] {
  return shares.filter(({ microseconds }) => microseconds >= perRequest / 100);
}

/** One share of each area, the largest first. */
export function summed(shares: Iterable<Share>): readonly Share[] {
  const sums = new Map<string, number>();
  for (const { area, microseconds } of shares) sums.set(area, (sums.get(area) ?? 0) + microseconds);
  return [...sums]
    .map(([area, microseconds]) => ({ area, microseconds }))
    .sort((one, other) => other.microseconds - one.microseconds);
}
