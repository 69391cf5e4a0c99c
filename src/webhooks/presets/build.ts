/**
 * Short forms for the schemes that many senders share.
 * @module
 */
import type { JsonPath } from "../path.ts";
import type { Answer, Preset } from "../preset.ts";
import type { EqualScheme, Extract, HmacScheme, Place, Timestamp } from "../scheme.ts";

type More = Partial<Omit<HmacScheme, "sign" | "bodyDigest" | "bodyUnsigned">> & {
  sign?: `${string}{body}${string}`;
};

/** HMAC-SHA256 of the body, hex, in a header. */
/* @__NO_SIDE_EFFECTS__ */
export function hex(header: string, prefix = "", more: More = {}): HmacScheme {
  const signature: Extract = { in: `header:${header}`, prefix };
  return { algorithm: "hmac-sha256", encoding: "hex", sign: "{body}", signature, ...more };
}

/** HMAC-SHA256 of the body, base64, in a header. */
/* @__NO_SIDE_EFFECTS__ */
export function base64(header: string, prefix = "", more: More = {}): HmacScheme {
  return hex(header, prefix, { encoding: "base64", ...more });
}

/** `Header: t=…,v1=…` with a signature over `{ts}.{body}`, as Stripe does it. */
/* @__NO_SIDE_EFFECTS__ */
export function pairs(
  header: string,
  time = "t=",
  prefix = "v1=",
  more: More = {},
  unit: Timestamp["unit"] = "s",
): HmacScheme {
  const at = `header:${header}` as const;
  return hex(header, "", {
    sign: "{ts}.{body}",
    signature: { in: at, separator: ",", prefix },
    timestamp: { in: at, separator: ",", prefix: time, unit },
    ...more,
  });
}

/** A timestamp that is a header by itself. */
/* @__NO_SIDE_EFFECTS__ */
export function stamp(header: string, unit: Timestamp["unit"] = "s", tolerance = 300): Timestamp {
  return { in: `header:${header}`, unit, tolerance };
}

/** A token that must be equal to the secret. */
/* @__NO_SIDE_EFFECTS__ */
export function token(place: Place, prefix = "", each?: JsonPath): EqualScheme {
  return { algorithm: "equal", token: { in: place, prefix }, ...(each && { each }) };
}

/** Nothing to say but that it worked. */
export const noContent: Answer = { status: 204 };

/** A preset that differs from another in a few things. */
/* @__NO_SIDE_EFFECTS__ */
export function like(preset: Preset, more: Partial<Preset>): Preset {
  return { ...preset, ...more };
}
