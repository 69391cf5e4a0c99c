/**
 * The subset of JSONPath used in presets, filters and routes: `$`, `.name`, `[0]`, `[]` for each element.
 * @module
 */

/** A path: `$.a.b[0]`, `$[]`, `$.entry[].changes[]`. A name is anything without `.`, `[` and `]`. */
export type JsonPath = `$${string}`;

type Step = string | number | null;

/** Whether the text is a path of the subset. */
export function isPath(path: string): path is JsonPath {
  return /^\$(?:\.[^.[\]]+|\[\d{0,6}\])*$/.test(path);
}

/** Paths that were read before: presets and configurations have few. Values only. */
const known = new Map<string, readonly Step[]>();
const MAXIMUM_KNOWN = 1_000;

function steps(path: string): readonly Step[] {
  let way = known.get(path);
  if (way) return way;
  way = [...path.matchAll(/\.([^.[\]]+)|\[(\d*)\]/g)].map(([, name, index]) =>
    name !== undefined ? name : index ? Number(index) : null,
  );
  if (known.size >= MAXIMUM_KNOWN) known.clear();
  known.set(path, way);
  return way;
}

function child(value: unknown, step: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, step)
    ? (value as Record<string | number, unknown>)[step]
    : undefined;
}

/** All values at the path, in order; none when something on the way is missing or is not an array. */
export function select(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const step of steps(path)) {
    found =
      step === null
        ? found.flatMap((one) => (Array.isArray(one) ? one : []))
        : found.map((one) => child(one, step)).filter((one) => one !== undefined);
  }
  return found;
}

/** One element of a split payload. */
export interface Element {
  /** The element itself. */
  item: unknown;
  /** The payload as the sender would have sent it with this element alone; for `$[]`, the element itself. */
  body: unknown;
}

/**
 * Takes a payload apart at every `[]` of the path.
 * @returns The elements, or `undefined` when there is no array at the path at all (which is not an empty one).
 */
export function split(value: unknown, path: string): Element[] | undefined {
  if (!select(value, path.replace(/\[\]$/, "")).some(Array.isArray)) return undefined;
  const way = steps(path);
  const elements: Element[] = [];
  const walk = (at: unknown, depth: number, enclose: (inner: unknown) => unknown): void => {
    const step = way[depth];
    if (step === undefined) {
      elements.push({ item: at, body: path === "$[]" ? at : enclose(at) });
    } else if (step === null) {
      if (Array.isArray(at)) for (const one of at) walk(one, depth + 1, (inner) => enclose([inner]));
    } else {
      const below = child(at, step);
      if (below !== undefined)
        walk(below, depth + 1, (inner) => enclose({ ...(at as object), [step]: inner }));
    }
  };
  walk(value, 0, (inner) => inner);
  return elements;
}
