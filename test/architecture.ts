/** @module What the imports of a source tree must be like, as a pure function over its files. */

/** From left to right: a file may import from its own layer's folder and from layers to the right, never to the left. */
const LAYERS: readonly (readonly string[])[] = [
  ["worker.ts"],
  ["config.ts"],
  ["index.ts", "http"],
  ["webhooks", "events", "celery", "browser"],
  ["producer.ts"],
  ["channel.ts"],
  ["spool"],
  ["delivery"],
  ["entity.ts"],
  ["routing", "envelope", "redis"],
  ["option_names.ts"],
  ["errors.ts"],
];

/** Packages that only some places may know. */
const OWNERS: readonly { readonly name: string; readonly places: readonly string[] }[] = [
  { name: "@upstash/redis", places: ["redis"] },
  { name: "hono", places: ["http", "worker.ts"] },
];

/** Names that say nothing about what is inside. */
const BANNED = ["utils", "util", "common", "core", "services", "helpers", "lib"];

/**
 * All that is wrong with a tree.
 *
 * @param files Source texts by path within `src/`, such as `routing/table.ts`.
 */
export function violations(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  const graph = new Map<string, readonly string[]>();
  for (const [path, source] of files) {
    const place = path.split("/")[0]!;
    if (layerOf(place) < 0) found.push(`${path} belongs to no layer`);
    for (const folder of path.split("/").slice(0, -1)) {
      if (BANNED.includes(folder)) found.push(`${path} is in a folder named ${folder}`);
    }
    const inside: string[] = [];
    for (const { imported, isTypeOnly } of importsOf(source)) {
      if (imported.startsWith(".")) {
        const target = resolved(path, imported);
        // Two types may name each other: nothing of that is left when the program runs.
        if (files.has(target) && !isTypeOnly) inside.push(target);
        if (!files.has(target)) found.push(`${path} imports ${imported}, which is not in the tree`);
        if (!mayImport(place, target.split("/")[0]!))
          found.push(`${path} imports ${target}, to its left or beside it`);
      } else {
        const owner = OWNERS.find(({ name }) => imported === name || imported.startsWith(`${name}/`));
        if (owner && !owner.places.includes(place)) found.push(`${path} imports ${imported}`);
      }
    }
    graph.set(path, inside);
  }
  return [...found, ...cycles(graph)];
}

function layerOf(place: string): number {
  return LAYERS.findIndex((layer) => layer.includes(place));
}

function mayImport(from: string, to: string): boolean {
  return from === to || layerOf(from) < layerOf(to);
}

interface Import {
  readonly imported: string;
  readonly isTypeOnly: boolean;
}

/** Import statements begin their line; in comments and strings they do not. */
function importsOf(source: string): readonly Import[] {
  const statements = source.matchAll(
    /^(?:import|export)\b([^;"']*?)\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm,
  );
  const calls = source.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g);
  return [
    ...Array.from(statements, ([, names, from, alone]) => ({
      imported: (from ?? alone)!,
      isTypeOnly: names !== undefined && isOnlyTypes(names),
    })),
    ...Array.from(calls, ([, imported]) => ({ imported: imported!, isTypeOnly: false })),
  ];
}

function isOnlyTypes(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true;
  const list = /^\s*\{([^}]*)\}\s*$/
    .exec(names)?.[1]
    ?.split(",")
    .filter((name) => name.trim() !== "");
  return list?.every((name) => /^\s*type\s/.test(name)) ?? false;
}

function resolved(path: string, imported: string): string {
  return new URL(imported, `file:///${path}`).pathname.slice(1);
}

/** One line for each file that can reach itself, telling the way. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Map<string, string>();
  for (const start of graph.keys()) {
    const ways = new Map([[start, [start]]]);
    const open = [start];
    for (let path = open.shift(); path !== undefined; path = open.shift()) {
      for (const next of graph.get(path) ?? []) {
        const way = [...ways.get(path)!, next];
        if (next === start) found.set([...new Set(way)].sort().join(), `cycle: ${way.join(" → ")}`);
        if (!ways.has(next)) {
          ways.set(next, way);
          open.push(next);
        }
      }
    }
  }
  return [...found.values()];
}
