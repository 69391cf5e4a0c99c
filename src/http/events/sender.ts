/**
 * Who sends events: write keys, API tokens.
 * @module
 */
import type { Stream } from "../../events/stream.ts";
import { authenticate, demand } from "../access/authenticate.ts";
import type { Call } from "../call.ts";
import { noteToken } from "../endpoint.ts";
import { HttpProblem } from "../problem.ts";

/**
 * The sender as the header or the query names it; `undefined` when neither does, and the body still may.
 *
 * A write key is a user of basic authentication (Segment), or `write_key` in the query. A token is a bearer's, or
 * `access_token` in the query (CloudEvents).
 *
 * @throws {HttpProblem} `unauthenticated`, `malformed-authorization`, `forbidden`.
 */
export async function senderOf(
  call: Call,
  stream: Stream,
  query: URLSearchParams,
): Promise<string | undefined> {
  const header = call.request.headers.get("authorization");
  const hasKeys = stream.writeKeys.length > 0;
  const user = hasKeys ? /^basic +([\w+/]+=*) *$/i.exec(header ?? "")?.[1] : undefined;
  if (user !== undefined) return withKey(stream, userOf(user));
  const accessToken = query.get("access_token");
  if (header === null && accessToken === null && hasKeys) {
    const writeKey = query.get("write_key");
    return writeKey === null ? undefined : withKey(stream, writeKey);
  }
  const principal = await authenticate(
    call.env,
    header ?? (accessToken === null ? null : `Bearer ${accessToken}`),
  );
  noteToken(call, principal);
  demand(principal, `events:${stream.name}`);
  return `token:${principal.name}`;
}

/** The sender by a write key. Throws {@link HttpProblem} `unauthenticated` for none or an unknown one. */
export function withKey({ writeKeys }: Stream, writeKey: string | undefined): string {
  if (writeKey !== undefined && writeKeys.includes(writeKey)) return `key:${writeKey}`;
  const detail =
    writeKey === undefined ? "The stream needs a write key or a token." : "The write key is not known.";
  throw new HttpProblem("unauthenticated", detail, {}, { "www-authenticate": "Bearer" });
}

function userOf(credentials: string): string {
  try {
    return atob(credentials).split(":", 1)[0]!;
  } catch {
    return "";
  }
}
