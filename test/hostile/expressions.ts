/** @module Every regular expression in the source, read from the syntax and not by the eye. */
import { readdir, readFile } from "node:fs/promises";
import { tokenizer } from "acorn";
import { transform } from "esbuild";

/** One of them. */
export interface Expression {
  readonly source: string;
  readonly flags: string;
  /** The files it is in. */
  readonly files: readonly string[];
}

/** All literals, each once. */
export async function allExpressions(): Promise<readonly Expression[]> {
  const root = new URL("../../src/", import.meta.url);
  const found = new Map<string, { source: string; flags: string; files: string[] }>();
  for (const file of await readdir(root, { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const { code } = await transform(await readFile(new URL(file, root), "utf8"), { loader: "ts" });
    for (const token of tokenizer(code, { ecmaVersion: "latest", sourceType: "module" })) {
      if (token.type.label !== "regexp") continue;
      const { pattern: source, flags } = (token as unknown as { value: { pattern: string; flags: string } })
        .value;
      const known = found.get(`/${source}/${flags}`) ?? { source, flags, files: [] };
      found.set(`/${source}/${flags}`, { ...known, files: [...known.files, file] });
    }
  }
  return [...found.values()];
}

/** Expressions that are put together while the Worker runs, by file: `new RegExp` and its like. */
export async function composed(): Promise<readonly string[]> {
  const root = new URL("../../src/", import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".ts")).sort();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, root), "utf8")));
  return files.filter((_, index) => /\bRegExp\(/.test(texts[index]!));
}
