/**
 * Rights: what a token may do, as texts with `*` for any run of characters.
 *
 * `read`, `manage`, `publish:<exchange>`, `queue:<queue>`, `task:<name>`, `events:<stream>`. None implies another.
 * @module
 */

/** A caller that is known. */
export interface Principal {
  /** The token's name in `API_TOKENS`; empty for `API_TOKEN`. */
  readonly name: string;
  readonly allow: readonly string[];
}

const RIGHT = /^(\*|read|manage|(publish|queue|task|events):.+)$/s;

/** Whether a text can stand in an allow-list. */
export function isRight(text: unknown): text is string {
  return typeof text === "string" && RIGHT.test(text);
}

/**
 * Whether a principal has a right.
 *
 * @param right Such as `publish:orders`.
 */
export function can(principal: Principal, right: string): boolean {
  return principal.allow.some((pattern) => matches(pattern, right));
}

/** Leftmost places first, so that no name makes it try again: a name comes from the caller. */
function matches(pattern: string, right: string): boolean {
  if (pattern === "*" || pattern === right) return true;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return false;
  if (!right.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = right.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return right.length - last.length >= at && right.endsWith(last);
}
