/** @module Results as the page `results.md`. */
import { range, short, signed } from "./figures.ts";
import { type Heap, notable, type Profile, type SkippedProfile } from "./profile.ts";
import { ratio, spread } from "./ratio.ts";
import type { Results } from "./results.ts";
import type { Comparison } from "./rounds.ts";
import { type SideBySide, sideBySide } from "./side_by_side.ts";

/** Writes the page. */
export function markdown({
  machine,
  date,
  versions,
  bars,
  costs,
  costsSkipped = [],
  comparisons,
  profiles,
  heaps,
  profilesSkipped = [],
}: Results): string {
  const skippedOf = (part: SkippedProfile["part"]) =>
    profilesSkipped
      .filter((one) => one.part === part)
      .map(({ name, reason }) => `**${name}**: skipped: ${reason}`);
  return [
    "# Results",
    `Written by \`npm run bench -- --reference\` on ${date}, from [results.json](results.json); [README.md](README.md) says how to read it.`,
    `${machine}; ${versions.join(", ")}. Figures are medians, with the range in parentheses.`,
    "## The bars",
    table(
      ["measure", "bar", "found", ""],
      bars.map(({ measure, bar, figure, met, from }) => [
        measure,
        bar,
        figure ?? `see \`${from}\``,
        met === undefined ? "" : met ? "met" : "**missed**",
      ]),
    ),
    "## What a publish sends",
    table(
      ["publish", "HTTP requests", "commands", "commands that Redis ran", "bytes"],
      [
        ...costs.map(({ title, requests, commands, ran, bytes }) => [
          title,
          requests === undefined ? "– (TCP)" : String(requests),
          String(commands),
          String(ran),
          String(bytes),
        ]),
        ...costsSkipped.map(({ name, reason }) => [name, `skipped: ${reason}`, "", "", ""]),
      ],
    ),
    "## Side by side",
    ...grouped(comparisons),
    ...section(
      "## Where the gateway's time over the floor goes",
      "Microseconds of CPU per message, shared out as `perf` found it.",
      [...sideBySide(profiles).map(compared), ...skippedOf("Workers")],
    ),
    ...section(
      "## Where the time of a message goes in Node",
      "Microseconds of CPU per message, shared out as V8's sampling profiler found it; under 1 % is not shown.",
      [...profiles.filter(({ job }) => job === undefined).map(profiled), ...skippedOf("Node")],
    ),
    ...section("## Heap in use after a load", "MiB, with the garbage that V8 has not collected.", [
      ...heapTable(heaps),
      ...skippedOf("heaps"),
    ]),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Nothing at all where there is nothing to show. */
function section(heading: string, about: string, parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : [heading, about, ...parts];
}

function heapTable(heaps: readonly Heap[]): readonly string[] {
  if (heaps.length === 0) return [];
  const rows = heaps.map(({ title, mebibytes, readings }) => [
    title,
    readings ? range(spread(readings)) : short(mebibytes),
  ]);
  return [table(["", "MiB"], rows)];
}

function compared({ job, columns, rows, files }: SideBySide): string {
  const header = ["", ...columns, `${columns.at(-1)} over ${columns[0]}`];
  const cells = rows.map(({ area, microseconds, more }) => [area, ...microseconds.map(short), signed(more)]);
  const byFile = `The ${columns.at(-1)} by file, with the calls of the runtime that it makes: ${listed(files)}.`;
  return `**${job}**\n\n${table(header, cells)}\n\n${byFile}`;
}

function profiled({ title, perRequest, areas, files }: Profile): string {
  const own = listed(notable(files, perRequest));
  return `**${title}**: ${short(perRequest)} µs\n\n* ${listed(notable(areas, perRequest))}${own && `\n* of which, by file: ${own}`}`;
}

function listed(shares: Profile["areas"]): string {
  return shares.map(({ area, microseconds }) => `${area} ${short(microseconds)}`).join(", ");
}

/** One table for the metrics of a comparison. */
function grouped(comparisons: readonly Comparison[]): string[] {
  return [...Map.groupBy(comparisons, ({ id }) => id).values()].map((metrics) => {
    const [{ title, rounds, seconds, figures, skipped }] = metrics as [Comparison, ...Comparison[]];
    const [first] = figures;
    const rows = figures.map(({ name }) => [
      name,
      ...metrics.map((metric) => range(metric.figures.find((figure) => figure.name === name)!)),
      name === first!.name ? "" : `${range(ratio(metrics[0]!, first!.name, name)!)} ×`,
    ]);
    const without = skipped.map(({ name, reason }) => [name, `skipped: ${reason}`, ...metrics.map(() => "")]);
    const header = ["", ...metrics.map(({ unit }) => unit), "the first is better by"];
    const turns = `${rounds} rounds${seconds > 0 ? ` of ${seconds} s` : ""}`;
    return `**${title}**, ${turns}\n\n${table(header, [...rows, ...without])}`;
  });
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
