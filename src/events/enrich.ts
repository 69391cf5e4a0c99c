/**
 * What the edge knows of an event's sender, as extension attributes.
 * @module
 */
import { NotConfiguredError } from "../errors.ts";
import { hashAddress, truncateAddress } from "./address.ts";
import type { Stream } from "./stream.ts";

/** Every attribute that is the edge's own to give: what a sender puts there is taken out. */
const NOTHING = {
  edgetime: undefined,
  edgecountry: undefined,
  edgecolo: undefined,
  edgeasn: undefined,
  edgeuseragent: undefined,
  edgeaddress: undefined,
};

/** Extension attributes by name. */
export type Attributes = { readonly [Name in keyof typeof NOTHING]: string | number | undefined };

/** Longest user agent that is kept, in characters. */
const MAXIMUM_USER_AGENT = 512;

/**
 * The attributes that a stream adds to all events of a request.
 *
 * @param env Variables of the environment, for the secret that addresses are hashed with.
 * @param now Milliseconds of Unix time.
 * @throws {NotConfiguredError} When that secret is not set.
 */
export async function attributesOf(
  request: Request,
  { enrich, name }: Stream,
  env: object,
  now: number,
): Promise<Attributes> {
  const { country, colo, asn } = ((request as { cf?: unknown }).cf ?? {}) as Record<string, unknown>;
  return {
    ...NOTHING,
    ...(enrich.time && { edgetime: new Date(now).toISOString() }),
    ...(enrich.country && typeof country === "string" && { edgecountry: country }),
    ...(enrich.colo && typeof colo === "string" && { edgecolo: colo }),
    ...(enrich.asn && typeof asn === "number" && { edgeasn: asn }),
    ...(enrich.userAgent && {
      edgeuseragent: request.headers.get("user-agent")?.slice(0, MAXIMUM_USER_AGENT),
    }),
    ...(enrich.address && { edgeaddress: await addressOf(request, enrich.address, env, name) }),
  };
}

async function addressOf(
  request: Request,
  how: NonNullable<Stream["enrich"]["address"]>,
  env: object,
  stream: string,
): Promise<string | undefined> {
  const address = request.headers.get("cf-connecting-ip") ?? "";
  if (how === "truncated") return truncateAddress(address) || undefined;
  const secret = (env as Record<string, unknown>)[how.hashedWith];
  if (typeof secret !== "string" || secret === "") {
    throw new NotConfiguredError(
      `${how.hashedWith} is not set, with which stream "${stream}" hashes addresses`,
    );
  }
  return address === "" ? undefined : await hashAddress(address, secret);
}
