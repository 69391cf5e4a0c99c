/** @module Where the gateway's time over the floor goes: the profiles of each job side by side. */
import type { Profile } from "./profile.ts";

/** The part of the longest time that an area must have somewhere to be shown by itself. */
const NOTABLE = 0.005;
/** How many files of a profile are worth a look. */
const FILES = 12;

/** The Workers of one job. */
export interface SideBySide {
  readonly job: string;
  /** Their names, the floor first. */
  readonly columns: readonly string[];
  /** Microseconds of each, and how many more the last has than the first; what adds most comes first, the sum last. */
  readonly rows: readonly {
    readonly area: string;
    readonly microseconds: readonly number[];
    readonly more: number;
  }[];
  /** Of the last: whose JavaScript takes how long, with the calls of the runtime that it makes. */
  readonly files: Profile["files"];
}

/** Of all jobs. Areas that are nowhere half a percent of the longest time are put together. */
export function sideBySide(profiles: readonly Profile[]): readonly SideBySide[] {
  const ofWorkers = profiles.filter(({ job }) => job !== undefined);
  return [...Map.groupBy(ofWorkers, ({ job }) => job!)].map(([job, group]) => {
    const least = Math.max(...group.map(({ perRequest }) => perRequest)) * NOTABLE;
    const timeOf = (profile: Profile, area: string) =>
      profile.areas.find((share) => share.area === area)?.microseconds ?? 0;
    const names = [...new Set(group.flatMap(({ areas }) => areas.map(({ area }) => area)))];
    const all = names.map((area) =>
      rowOf(
        area,
        group.map((profile) => timeOf(profile, area)),
      ),
    );
    const [notable, small] = [true, false].map((isNotable) =>
      all.filter(({ microseconds }) => microseconds.some((time) => time >= least) === isNotable),
    ) as [typeof all, typeof all];
    const rest = rowOf(
      "each less than 0.5 %",
      group.map((_, column) => small.reduce((sum, { microseconds }) => sum + microseconds[column]!, 0)),
    );
    return {
      job,
      columns: group.map(({ title }) => title),
      rows: [
        ...notable.toSorted((one, other) => other.more - one.more),
        ...(small.length > 0 ? [rest] : []),
        rowOf(
          "together",
          group.map(({ perRequest }) => perRequest),
        ),
      ],
      files: group.at(-1)!.files.slice(0, FILES),
    };
  });
}

function rowOf(area: string, microseconds: readonly number[]): SideBySide["rows"][number] {
  return { area, microseconds, more: microseconds.at(-1)! - microseconds[0]! };
}
