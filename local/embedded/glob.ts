/** @module Patterns of KEYS and SCAN as regular expressions. */
import type { ByteString } from "./reply.ts";

/** Translates a pattern of `*`, `?`, `[a-z]`, `[^a]` and `\` (the next character as it is). */
export function globExpression(pattern: ByteString): RegExp {
  const source = pattern.replace(
    /\\([\s\S])|\[(\^?)((?:\\[\s\S]|[^\]\\])*)\]|[\s\S]/g,
    (all, escaped: string | undefined, negation: string | undefined, members: string | undefined) => {
      if (escaped !== undefined) return literal(escaped);
      if (members !== undefined) return negation === "^" ? `[^${classOf(members)}]` : `[${classOf(members)}]`;
      if (all === "*") return ".*";
      return all === "?" ? "." : literal(all);
    },
  );
  return new RegExp(`^${source}$`, "s");
}

function classOf(members: string): string {
  return members.replace(/\\([\s\S])|[[\]^]/g, (all, escaped: string | undefined) => literal(escaped ?? all));
}

function literal(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
