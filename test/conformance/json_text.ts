/** @module JSON texts compared by meaning, with Python's distinction of `1` and `1.0` that parsing would lose. */

const TOKEN =
  /"(?:[^"\\]|\\.)*"|-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN|true|false|null|[{}[\]:,]|\s+/gy;

/** The text without white space outside strings, strings as JavaScript writes them, and numbers as `spell` does. */
export function compactJson(text: string, spell: (number: string) => string = (number) => number): string {
  let compact = "";
  let end = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    end += token.length;
    if (/^\s/.test(token)) continue;
    if (token.startsWith('"')) compact += JSON.stringify(JSON.parse(token));
    else compact += /\d/.test(token) ? spell(token) : token;
  }
  if (end !== text.length) throw new Error(`not JSON at ${end}: ${text.slice(0, 80)}`);
  return compact;
}

/** A text that is equal for texts that Python reads as equal values with their keys in the same order. */
export function canonicalJson(text: string): string {
  return compactJson(text, (number) => {
    if (/^-?\d+$/.test(number)) return number;
    return `float(${Number(number)})`;
  });
}
