/**
 * Who is calling: the bearer token against every known one, in constant time.
 * @module
 */
import { HttpProblem } from "../problem.ts";
import { can, type Principal } from "./rights.ts";
import { type KnownToken, knownTokens, sha256, tokensReadLast } from "./tokens.ts";

/**
 * The principal of a request: at once for a header that was accepted a moment ago.
 *
 * @param basic Whether a token may also be the password of HTTP basic authentication, under any user name.
 * @throws {HttpProblem} `unauthenticated` without a token or with an unknown one, `malformed-authorization` for a header
 * of another form.
 * @throws {NotConfiguredError} When no token is known.
 */
export function authenticate(
  env: object,
  header: string | null,
  basic = false,
): Principal | Promise<Principal> {
  return rememberedPrincipal(env, header) ?? verify(env, header, basic);
}

async function verify(env: object, header: string | null, basic: boolean): Promise<Principal> {
  const tokens = await knownTokens(env);
  const challenge = (code: "unauthenticated" | "malformed-authorization", detail: string, error: string) =>
    new HttpProblem(
      code,
      detail,
      {},
      {
        "www-authenticate": `Bearer${error && ` error="${error}"`}${basic ? ', Basic realm="tasks"' : ""}`,
      },
    );
  if (header === null) throw challenge("unauthenticated", "This resource needs a token.", "");
  const presented =
    /^bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1] ?? (basic ? passwordOf(header) : undefined);
  if (presented === undefined) {
    throw challenge(
      "malformed-authorization",
      "The header must be: Authorization: Bearer TOKEN.",
      "invalid_request",
    );
  }
  const digest = await sha256(presented);
  let principal: Principal | undefined;
  // Every entry is looked at to its end, so that time does not tell which one was nearly right.
  for (const known of tokens) if (isEqual(known.digest, digest)) principal = known.principal;
  if (!principal) throw challenge("unauthenticated", "The token is not known.", "invalid_token");
  // A password of basic authentication counts on some routes only.
  if (/^bearer/i.test(header)) remember(tokens, header, principal);
  return principal;
}

/** Headers that bore a known token, the latest first, and the tokens they were compared with. Values only. */
let remembered: readonly { readonly header: string; readonly principal: Principal }[] = [];
let rememberedFor: readonly KnownToken[] | undefined;
const MAXIMUM_REMEMBERED = 8;

function remember(tokens: readonly KnownToken[], header: string, principal: Principal): void {
  const earlier = rememberedFor === tokens ? remembered.slice(0, MAXIMUM_REMEMBERED - 1) : [];
  remembered = [{ header, principal }, ...earlier];
  rememberedFor = tokens;
}

/**
 * Hashing a token takes longer than all else that is done to let a request in, so accepted headers are remembered: nothing
 * else is, and only while the environment names the same tokens. A header is compared with each of them to its own end, so
 * that time tells nothing but its length and how many there are.
 */
function rememberedPrincipal(env: object, header: string | null): Principal | undefined {
  if (header === null || !rememberedFor || tokensReadLast(env) !== rememberedFor) return undefined;
  let principal: Principal | undefined;
  for (const known of remembered) if (isSameText(known.header, header)) principal = known.principal;
  return principal;
}

function isSameText(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  // Beyond the end of a text there is NaN, which counts as 0.
  for (let at = 0; at < other.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

/** Throws `forbidden`, naming the right, unless the principal has it. */
export function demand(principal: Principal, right: string): void {
  if (can(principal, right)) return;
  throw new HttpProblem(
    "forbidden",
    `The token lacks the right "${right}".`,
    { right },
    { "www-authenticate": 'Bearer error="insufficient_scope"' },
  );
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index++) difference |= one[index]! ^ other[index]!;
  return difference === 0;
}

function passwordOf(header: string): string | undefined {
  try {
    return /^[^:]*:(.*)$/s.exec(atob(/^basic +(\S+) *$/i.exec(header)?.[1] ?? ""))?.[1];
  } catch {
    return undefined;
  }
}
