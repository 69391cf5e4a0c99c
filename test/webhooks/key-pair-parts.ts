import type { RequestParts } from "../../src/webhooks/request.ts";
import { NOW } from "./sender-cases.ts";

export type Parts = RequestParts & { headers: Record<string, string>; body: string };

export const url = "https://hooks.example.com/";
export const body = '{"id":"1","type":2,"note":"é"}';
export const seconds = String(NOW / 1000);
export const post = (headers: Record<string, string>, given = body): Parts => ({
  method: "POST",
  url,
  headers,
  body: given,
});

export const ed25519 = { name: "Ed25519" };
export const p256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
export const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
