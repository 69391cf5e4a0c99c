/** @module The picture in the README: bars of the comparisons that a reader asks for first. */
import { short } from "./figures.ts";
import type { Comparison } from "./rounds.ts";

const WIDTH = 760;
const NAMES = 260;
const FIGURES = 80;
const BAR = 16;
const ROW = 23;
const PADDING = 14;

/** What is drawn, by id and unit, with its title. */
const SHOWN: readonly { id: string; unit: string; title: string }[] = [
  {
    id: "receivers/task",
    unit: "requests/s",
    title: "Receive an event and send its Celery task, one process each: requests/s",
  },
  {
    id: "receivers/webhook",
    unit: "requests/s",
    title: "Verify a GitHub webhook and send its task: requests/s",
  },
  {
    id: "worker/queue",
    unit: "requests/s",
    title: "Publish to a queue through a Worker, against bare fetch: requests/s",
  },
  { id: "library/many", unit: "messages/s", title: "10 000 messages at once, Redis near: messages/s" },
  {
    id: "library-far/many",
    unit: "messages/s",
    title: "10 000 messages at once, Redis 20 ms away: messages/s",
  },
];

/** Its own ground, so that it is legible on any page; colours of the reader's own mode where that is known. */
const STYLE = `.ground{fill:#fff;stroke:#d0d7de}text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}
.own{fill:#1a7f37}.other{fill:#8c959f}line{stroke:#57606a}
@media (prefers-color-scheme:dark){.ground{fill:#0d1117;stroke:#30363d}text{fill:#e6edf3}.own{fill:#3fb950}.other{fill:#6e7681}line{stroke:#b1bac4}}`;

/** Draws comparisons as SVG. Each has a scale of its own that begins at zero; the thin line is the range of the rounds. */
export function chart({ comparisons }: { readonly comparisons: readonly Comparison[] }): string {
  const parts: string[] = [];
  let top = PADDING;
  for (const { id, unit, title } of SHOWN) {
    const comparison = comparisons.find((one) => one.id === id && one.unit === unit);
    if (!comparison?.figures.length) continue;
    parts.push(`<text class="title" x="${PADDING}" y="${top + 13}">${escaped(title)}</text>`);
    top += ROW;
    parts.push(...drawn(comparison, top));
    top += comparison.figures.length * ROW + PADDING;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-label="Throughput, side by side">
<style>${STYLE}</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${top - 1}" rx="6"/>
${parts.join("\n")}
</svg>
`;
}

function drawn({ figures }: Comparison, top: number): string[] {
  const scale = (WIDTH - NAMES - FIGURES) / Math.max(...figures.map(({ highest }) => highest));
  return figures.map(({ name, median, lowest, highest }, index) => {
    const y = top + index * ROW;
    const kind = name.startsWith("kombu-edge") ? "own" : "other";
    const at = (value: number) => (NAMES + value * scale).toFixed(1);
    const middle = y + BAR / 2;
    return [
      `<text x="${NAMES - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
      `<rect class="${kind}" x="${NAMES}" y="${y}" width="${Math.max(1, median * scale).toFixed(1)}" height="${BAR}" rx="2"/>`,
      `<line x1="${at(lowest)}" x2="${at(highest)}" y1="${middle}" y2="${middle}"/>`,
      `<text x="${(NAMES + highest * scale + 6).toFixed(1)}" y="${y + 13}">${short(median)}</text>`,
    ].join("");
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
