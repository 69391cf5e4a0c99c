/** @module Addresses lose what tells one person from the neighbours; origins match whole labels. */
import { expect, test } from "vitest";
import { hashAddress, truncateAddress } from "../../src/events/address.ts";
import { allowance, isOriginPattern } from "../../src/events/origins.ts";

test.each([
  ["203.0.113.77", "203.0.113.0"],
  ["::ffff:203.0.113.77", "203.0.113.0"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
  ["2001:0DB8:0001::6", "2001:db8:1::"],
  ["2001:db8::1", "2001:db8:0::"],
  ["::1", "0:0:0::"],
  ["", ""],
  ["unknown", ""],
  ["1.2.3", ""],
])("%s is truncated to %s", (address, truncated) => {
  expect(truncateAddress(address)).toBe(truncated);
});

test("a hash depends on the secret", async () => {
  // HMAC-SHA-256, RFC 4231 test case 2, the first 16 bytes.
  expect(await hashAddress("what do ya want for nothing?", "Jefe")).toBe("5bdcc146bf60754e6a042426089575c7");
});

test.each([
  ["https://a.example", ["https://a.example"], "named"],
  ["https://b.a.example", ["https://*.a.example"], "named"],
  ["https://b.a.example:8443", ["https://*.a.example:8443"], "named"],
  ["https://a.example", ["https://*.a.example"], undefined],
  ["https://ba.example", ["https://*.a.example"], undefined],
  ["https://evil.example/.a.example", ["https://*.a.example"], undefined],
  ["https://evil.example#.a.example", ["https://*.a.example"], undefined],
  ["https://a.example", ["*", "https://a.example"], "named"],
  ["https://a.example", ["*"], "any"],
  ["null", ["https://a.example"], undefined],
  ["null", ["null"], "named"],
])("%s by %j is %s", (origin, origins, expected) => {
  expect(origins.every(isOriginPattern)).toBe(true);
  expect(allowance(origin, origins)).toBe(expected);
});
