/**
 * Schemes that must not compile. The compiler is the test: an error that is expected and absent is an error.
 * @module
 */
import { type Scheme, verifyToken } from "../../src/webhooks/index.ts";

export const nonsense: Scheme[] = [
  // @ts-expect-error the body takes no part, and the scheme does not say so
  { algorithm: "hmac-sha256", signature: { in: "header:x" }, sign: "{ts}", encoding: "hex" },
  // @ts-expect-error no encoding
  { algorithm: "hmac-sha256", signature: { in: "header:x" }, sign: "{body}" },
  // @ts-expect-error a place that is none
  { algorithm: "hmac-sha256", signature: { in: "x-signature" }, sign: "{body}", encoding: "hex" },
  // @ts-expect-error an algorithm that is not known
  { algorithm: "hmac-md5", signature: { in: "header:x" }, sign: "{body}", encoding: "hex" },
  // @ts-expect-error a plain digest without the secret
  { algorithm: "sha256", signature: { in: "header:x" }, sign: "{body}", encoding: "hex" },
  // @ts-expect-error ECDSA without the form of its signatures
  {
    algorithm: "ecdsa-p256-sha256",
    signature: { in: "header:x" },
    sign: "{body}",
    encoding: "hex",
    key: "spki",
  },
  // @ts-expect-error RSA has no hex keys
  { algorithm: "rsa-sha256", signature: { in: "header:x" }, sign: "{body}", encoding: "hex", key: "hex" },
  // @ts-expect-error a shared secret is no key for RS256
  { algorithm: "jwt", verifier: verifyToken, alg: "RS256", key: "utf8", token: { in: "header:x" } },
  // @ts-expect-error no algorithm is "none"
  { algorithm: "jwt", verifier: verifyToken, alg: "none", key: "utf8", token: { in: "header:x" } },
  // @ts-expect-error a token scheme has nothing to sign
  { algorithm: "equal", token: { in: "header:x" }, sign: "{body}" },
  {
    algorithm: "hmac-sha256",
    signature: { in: "header:x" },
    sign: "{body}",
    encoding: "hex",
    bodyUnsigned: true,
    // @ts-expect-error a body that is both signed and not
    bodyDigest: { in: "header:y", encoding: "hex" },
  },
];
