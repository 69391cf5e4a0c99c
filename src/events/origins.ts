/**
 * Which pages may send.
 * @module
 */

/** How an origin came to be allowed: by its name, or because all are. */
export type Allowance = "named" | "any";

/**
 * Looks an origin up.
 *
 * @param origins `https://shop.example`, `https://*.shop.example` (any number of labels, but at least one), `*`, `null`.
 * @returns `undefined` for one that is not allowed.
 */
export function allowance(origin: string, origins: readonly string[]): Allowance | undefined {
  const isNamed = origins.some((pattern) => {
    const [scheme, host] = pattern.split("*.");
    if (host === undefined) return pattern === origin;
    const label = origin.slice(scheme!.length, -host.length);
    return origin.startsWith(scheme!) && origin.endsWith(`.${host}`) && /^[\w.-]+\.$/.test(label);
  });
  return isNamed ? "named" : origins.includes("*") ? "any" : undefined;
}

/** Whether a text can stand in a list of origins. */
export function isOriginPattern(text: string): boolean {
  return text === "*" || text === "null" || /^[a-z][a-z0-9+.-]*:\/\/(\*\.)?[^\s/?#*]+$/.test(text);
}
