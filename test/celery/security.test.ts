/** @module Signing: the signer's name, the packing, the salt. Celery's own verdict is in `test/interop/celery`. */
import { describe, expect, test } from "vitest";
import { signerId } from "../../src/celery/certificate.ts";
import { type SignerOptions, signer } from "../../src/celery/index.ts";
import { InvalidArgumentError } from "../../src/index.ts";
import vectors from "../vectors/celery.json" with { type: "json" };

const sign = (options: SignerOptions, json: string) => signer(options).sign(json);
const { unpack } = signer({ privateKey: "" });
const samples = vectors.auth_samples;
const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

async function keyPair(modulusLength: number) {
  const algorithm = {
    name: "RSA-PSS",
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  return (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
}

describe("signing", () => {
  test("the signer is named as Celery names it", () => {
    expect(signerId(samples.certificate_pem, "certificate")).toBe(
      "FR Acme Corp edge.example 1311768467294899695",
    );
    expect(() => signerId("nonsense", "signer.certificate")).toThrow(InvalidArgumentError);
  });

  test("what Celery accepted is unpacked, in both formats", () => {
    expect(unpack(samples.packed_5_5_and_later)).toBe(samples.inner_payload);
    expect(unpack(samples.packed_up_to_5_4)).toBe(samples.inner_payload);
  });

  test("a body is packed as the samples are, and signed with the longest salt", async () => {
    const { privateKey, publicKey } = await keyPair(2048);
    const packed = await sign({ privateKey, certificate: samples.certificate_pem }, samples.inner_payload);
    const [signer, signature, type, encoding, payload] = atob(packed).split("\0\x01");
    expect(atob(signer!)).toBe(samples.signer_id);
    expect([type, encoding, payload]).toEqual(["application/json", "utf-8", samples.inner_payload]);
    const algorithm = { name: "RSA-PSS", saltLength: 222 };
    const text = new TextEncoder().encode(samples.inner_payload);
    expect(await crypto.subtle.verify(algorithm, publicKey, bytes(signature!), text)).toBe(true);
  });

  test("a key in PEM form is used, any other text refused without being shown", async () => {
    const { privateKey } = await keyPair(2048);
    const der = new Uint8Array((await crypto.subtle.exportKey("pkcs8", privateKey)) as ArrayBuffer);
    const base64 = btoa(String.fromCharCode(...der)).replace(/.{64}/g, "$&\n");
    const pem = `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`;
    expect(unpack(await sign({ privateKey: pem, signer: "x", format: "raw" }, "[1]"))).toBe("[1]");
    const broken = pem.replace(/[A-Z]{2}/, "zz");
    const failing = sign({ privateKey: broken, signer: "x" }, "[1]");
    await expect(failing).rejects.toMatchObject({ field: "signer.privateKey" });
    await expect(sign({ privateKey: pem }, "[1]")).rejects.toMatchObject({ field: "signer.certificate" });
  });
});
