/**
 * Who is calling: the bearer token against every known one, in constant time.
 * @module
 */
import { HttpProblem } from "../problem.ts";
import { can, type Principal } from "./rights.ts";
import { knownTokens, sha256 } from "./tokens.ts";

/**
 * The principal of a request.
 *
 * @param basic Whether a token may also be the password of HTTP basic authentication, under any user name.
 * @throws {HttpProblem} `unauthenticated` without a token or with an unknown one, `malformed-authorization` for a header
 * of another form.
 * @throws {NotConfiguredError} When no token is known.
 */
export async function authenticate(env: object, header: string | null, basic = false): Promise<Principal> {
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
  return principal;
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
