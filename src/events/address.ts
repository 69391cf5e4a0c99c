/**
 * Internet addresses, without what would tell one person from the neighbours.
 * @module
 */

/**
 * The first bits of an address, the others zero.
 *
 * @param address IPv4 or IPv6 as Cloudflare's `CF-Connecting-IP` has it.
 * @param ipv6Groups How many of an IPv6 address' groups of 16 bits are kept. An IPv4 address keeps 24 bits.
 * @returns Such as `203.0.113.0` or `2001:db8:1::`; empty for what is no address.
 */
export function truncateAddress(address: string, ipv6Groups = 3): string {
  const ipv4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return `${ipv4}.0`;
  if (!/^[\da-f:]+$/i.test(address) || !address.includes(":")) return "";
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...new Array<string>(zeros).fill("0"), ...right];
  return `${groups
    .slice(0, ipv6Groups)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::`;
}

/** A keyed hash of an address: 32 hexadecimal digits, the same for the same address and secret. */
export async function hashAddress(address: string, secret: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  const hash = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(address)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
