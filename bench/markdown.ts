/** @module Results as the page `results.md`. */
import { range, short } from "./figures.ts";
import type { Profile } from "./profile.ts";
import type { Results } from "./results.ts";
import { type Comparison, ratio } from "./rounds.ts";

/** Writes the page. */
export function markdown({
  machine,
  date,
  versions,
  pace,
  bars,
  costs,
  comparisons,
  profiles,
}: Results): string {
  const { rounds, seconds } = pace;
  return [
    "# Results",
    `Written by \`npm run bench -- --reference\` on ${date}, from [results.json](results.json); [README.md](README.md) says how to read it.`,
    `${machine}; ${versions.join(", ")}; ${rounds} rounds of ${seconds} s. Figures are medians, with the range in parentheses.`,
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
      costs.map(({ title, requests, commands, ran, bytes }) => [
        title,
        requests === undefined ? "– (TCP)" : String(requests),
        String(commands),
        String(ran),
        String(bytes),
      ]),
    ),
    "## Side by side",
    ...grouped(comparisons),
    "## Where the time of a message goes",
    "Microseconds of CPU per message, shared out as a sampling profiler found it; under 1 % is not shown.",
    ...profiles.map(profiled),
  ]
    .join("\n\n")
    .concat("\n");
}

function profiled({ title, perRequest, areas, files, heapMebibytes }: Profile): string {
  const heap = heapMebibytes === undefined ? "" : `, ${short(heapMebibytes)} MiB of heap in use under load`;
  const rows = (shares: Profile["areas"]) =>
    shares
      .filter(({ microseconds }) => microseconds >= perRequest / 100)
      .map(({ area, microseconds }) => `${area} ${short(microseconds)}`)
      .join(", ");
  const own = rows(files);
  return `**${title}**: ${short(perRequest)} µs${heap}\n\n* ${rows(areas)}${own && `\n* of which, by file: ${own}`}`;
}

/** One table for the metrics of a comparison. */
function grouped(comparisons: readonly Comparison[]): string[] {
  return [...Map.groupBy(comparisons, ({ id }) => id).values()].map((metrics) => {
    const [{ title, figures, skipped }] = metrics as [Comparison, ...Comparison[]];
    const [first] = figures;
    const rows = figures.map(({ name }) => [
      name,
      ...metrics.map((metric) => range(metric.figures.find((figure) => figure.name === name)!)),
      name === first!.name ? "" : `${range(ratio(metrics[0]!, first!.name, name)!)} ×`,
    ]);
    const without = skipped.map(({ name, reason }) => [name, `skipped: ${reason}`, ...metrics.map(() => "")]);
    const header = ["", ...metrics.map(({ unit }) => unit), "the first is better by"];
    return `**${title}**\n\n${table(header, [...rows, ...without])}`;
  });
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
