/** @module Who may call the front: one token, compared in constant time. */
import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Makes the check of one token against a request's `Authorization: Bearer` header or `?_token=` (http-redis §1.3).
 *
 * @param token The only token that may pass.
 */
export function createAuthorization(
  token: string,
): (header: string | undefined, query: URLSearchParams) => boolean {
  const expected = digest(token);
  return function isAuthorized(header, query) {
    const given = /^bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? query.get("_token") ?? "";
    return timingSafeEqual(digest(given), expected);
  };
}

// timingSafeEqual refuses unequal lengths, and a length is a hint: digests are always of one length.
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
