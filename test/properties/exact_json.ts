/**
 * @module JSON read exactly: an integer is not a float, no name comes twice, and objects keep their order. Not with
 * `JSON.parse` as a whole: V8 13 (Node 24) may give a name with an escape in it the name that another text had there.
 */

/** A value: a number as `int 1` or `float 1.5` in a list of its own, a text as it is, an object as a `Map`. */
export type Exact =
  | string
  | boolean
  | null
  | readonly Exact[]
  | ReadonlyMap<string, Exact>
  | { readonly number: string };

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\]:,])/y;

/** Reads a text; throws for what is not JSON, and for an object with the same name twice. */
export function exactJson(text: string): Exact {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`not JSON at ${at}: ${text.slice(at, at + 80)}`);
    tokens.push(token);
  }
  let next = 0;
  const value = (): Exact => {
    const token = tokens[next++];
    if (token === "{") return object();
    if (token === "[") return list();
    if (token === undefined || /^[}\]:,]/.test(token)) throw new Error(`unexpected ${token}`);
    if (/^[-\d]/.test(token))
      return { number: /^-?\d+$/.test(token) ? `int ${token}` : `float ${Number(token)}` };
    return JSON.parse(token) as string | boolean | null;
  };
  const list = (): Exact => {
    const members: Exact[] = [];
    while (tokens[next] !== "]") {
      members.push(value());
      if (tokens[next] === ",") next++;
    }
    next++;
    return members;
  };
  const object = (): Exact => {
    const members = new Map<string, Exact>();
    while (tokens[next] !== "}") {
      const name = JSON.parse(tokens[next++]!) as string;
      if (members.has(name)) throw new Error(`${name} comes twice`);
      if (tokens[next++] !== ":") throw new Error("no colon");
      members.set(name, value());
      if (tokens[next] === ",") next++;
    }
    next++;
    return members;
  };
  return value();
}

/** A text that is equal for equal values in the same order. */
export function shownExactly(value: unknown): string {
  return JSON.stringify(value, (_name, member) =>
    member instanceof Map ? { object: [...member.entries()] } : member,
  );
}
