/** @module The picture in the README: bars of the comparisons that are about messages or requests per second. */
import type { Results } from "./report.ts";
import { short } from "./report.ts";
import type { Comparison } from "./rounds.ts";

const WIDTH = 760;
const NAMES = 250;
const BAR = 18;
const ROW = 26;
const SHOWN: ReadonlySet<string> = new Set(["requests/s", "messages/s"]);
const STYLE = `text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.own{fill:#2da44e}.other{fill:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}}`;

/** Draws results as SVG. Each comparison has a scale of its own that begins at zero; the thin line is the range. */
export function chart({ comparisons }: Pick<Results, "comparisons">): string {
  const parts: string[] = [];
  let top = 8;
  for (const comparison of comparisons.filter(({ unit }) => SHOWN.has(unit))) {
    parts.push(
      `<text class="title" x="8" y="${top + 14}">${escaped(comparison.title)}, ${comparison.unit}</text>`,
    );
    top += ROW;
    parts.push(...bars(comparison, top));
    top += comparison.figures.length * ROW + 14;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-label="Throughput, side by side">
<style>${STYLE}</style>
${parts.join("\n")}
</svg>
`;
}

function bars({ figures }: Comparison, top: number): string[] {
  const scale = (WIDTH - NAMES - 90) / Math.max(...figures.map(({ highest }) => highest));
  return figures.map(({ name, median, lowest, highest }, index) => {
    const y = top + index * ROW;
    const kind = name.startsWith("kombu-edge") ? "own" : "other";
    const at = (value: number) => (NAMES + value * scale).toFixed(1);
    return [
      `<text x="${NAMES - 8}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
      `<rect class="${kind}" x="${NAMES}" y="${y}" width="${(median * scale).toFixed(1)}" height="${BAR}" rx="2"/>`,
      `<line x1="${at(lowest)}" x2="${at(highest)}" y1="${y + BAR / 2}" y2="${y + BAR / 2}" stroke="#57606a" stroke-width="1"/>`,
      `<text x="${(NAMES + highest * scale + 6).toFixed(1)}" y="${y + 14}">${short(median)}</text>`,
    ].join("");
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
