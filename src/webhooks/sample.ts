/**
 * Sample payloads for presets: as little as makes every place of a preset resolve. Not part of the Worker.
 * @module
 */
import type { Preset } from "./preset.ts";
import type { Place, Scheme } from "./scheme.ts";
import type { Settings } from "./settings.ts";
import { placeholders } from "./template.ts";

/** A request being made up. */
export interface Draft {
  json: unknown;
  form: Record<string, string>;
  headers: Record<string, string>;
  query: Record<string, string>;
}

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

/** Sets the value at a path, making objects and arrays on the way; `[]` is the first element. */
export function setAt(root: unknown, path: string, value: unknown): unknown {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\[(\d*)\]/g)].map(
    ([, name, index]) => name ?? Number(index || 0),
  );
  const put = (at: unknown, depth: number): unknown => {
    const step = steps[depth];
    if (step === undefined) return value;
    const container = (isContainer(at) ? at : typeof step === "number" ? [] : {}) as Record<
      string | number,
      unknown
    >;
    container[step] = put(container[step], depth + 1);
    return container;
  };
  return put(root, 0);
}

/** Puts a value at the first alternative of a place, unless the place takes no value. */
export function place(draft: Draft, at: Place, value: string, elements: string): void {
  const [first = ""] = at.startsWith("=") ? [at] : at.split("|").map((one) => one.trim());
  const name = first.slice(first.indexOf(":") + 1);
  if (first.startsWith("header:")) draft.headers[name.replace("*", "1")] = value;
  else if (first.startsWith("query:")) draft.query[name] = value;
  else if (first.startsWith("form:")) draft.form[name] = value;
  else if (first.startsWith("json:")) draft.json = setAt(draft.json, name, value);
  else if (first.startsWith("item:")) draft.json = setAt(draft.json, elements + name.slice(1), value);
  else if (first.startsWith("key:")) draft.json = { ...(draft.json as object | undefined), [value]: [{}] };
}

/** Values for the type and the id of a sample. */
export interface SampleValues {
  type?: string;
  id?: string;
}

/** A draft in which type, id, conditions and all that the scheme signs are filled in. */
export function draftOf(preset: Preset, scheme: Scheme, settings: Settings, values: SampleValues): Draft {
  const draft: Draft = { json: undefined, form: {}, headers: {}, query: {} };
  const elements = ("each" in scheme && scheme.each) || preset.split || "$";
  const put = (at: Place, value: string): void => place(draft, at, value, elements);
  if (preset.split) draft.json = setAt(draft.json, preset.split, {});
  if (preset.subject) put(preset.subject, "sample-subject");
  if ("sign" in scheme) {
    for (const name of placeholders(scheme.sign)) {
      if (name.startsWith("lines:")) {
        // A token and its address belong to another kind of message.
        const keys = name
          .slice(6)
          .split(",")
          .filter((key) => key !== "Token" && key !== "SubscribeURL");
        for (const key of keys) put(`json:$.${key}`, `sample ${key}`);
      } else if (name.includes(":") && !name.startsWith("signedHeaders:")) {
        put(name.replace(/\?$/, "") as Place, "sample");
      }
    }
  }
  for (const [index, at] of ([preset.id ?? []].flat() as Place[]).entries()) {
    put(at, `${values.id ?? "sample-1"}${index ? `-${index}` : ""}`);
  }
  for (const [index, at] of ([preset.type ?? []].flat() as Place[]).entries()) {
    put(at, index ? "sample" : (values.type ?? "sample"));
  }
  if (scheme.when) {
    const { in: at, is } = scheme.when;
    if (!at.startsWith("key:")) put(at, is === true ? "sample" : is[0]!);
  }
  for (const { in: at, is } of scheme.require ?? []) {
    const allowed = typeof is === "string" ? settings[is.slice(8) as keyof Settings] : is;
    put(at, [allowed ?? []].flat()[0] ?? "sample");
  }
  return draft;
}
