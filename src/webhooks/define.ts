/**
 * Checks schemes and presets that are not among those that come with this library.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { isPath } from "../routing/json_path.ts";
import type { Preset } from "./preset.ts";
import type { Place, Scheme } from "./scheme.ts";
import { placeholders } from "./template.ts";

const algorithms =
  /^(?:hmac-sha(?:1|256|512)|sha1|sha256|ed25519|ecdsa-p256-sha256|rsa-(?:sha1|sha256|pss-sha256)|jwt|equal|basic)$/;
const encodings = /^(?:hex|base64|base64url)$/;
const named =
  /^(?:body|ts|secret|url|anyUrl|method|path|form|sha256|crc32|kid|lines:.+|signedHeaders:[a-z0-9-]+)$/;

function isPlace(place: string): boolean {
  if (place.startsWith("=")) return true;
  return place.split("|").every((one) => {
    const [, kind, name] = /^(header|query|form|setting|json|item|claim|key):(.*)$/s.exec(one) ?? [];
    if (kind === "json" || kind === "item" || kind === "claim") return isPath(name!);
    return kind !== undefined ? kind === "key" || name !== "" : one.startsWith("=");
  });
}

function checkPlace(place: unknown, field: string): void {
  for (const one of [place].flat()) {
    if (typeof one !== "string" || !isPlace(one)) {
      throw new InvalidArgumentError(field, "must be a place such as header:x-signature or json:$.id");
    }
  }
}

function checkTemplate(template: unknown, field: string): void {
  if (typeof template !== "string" || template === "")
    throw new InvalidArgumentError(field, "must be a template");
  for (const name of placeholders(template)) {
    if (!named.test(name) && !isPlace(name.replace(/\?$/, ""))) {
      throw new InvalidArgumentError(field, "has a placeholder that is not known");
    }
  }
}

/**
 * Checks a scheme of one's own.
 * @throws InvalidArgumentError naming the field.
 */
export function checkScheme(scheme: Scheme, field = "scheme"): void {
  if (typeof scheme?.algorithm !== "string" || !algorithms.test(scheme.algorithm)) {
    throw new InvalidArgumentError(`${field}.algorithm`, "is not an algorithm that is known");
  }
  if (scheme.when) checkPlace(scheme.when.in, `${field}.when.in`);
  for (const { in: place } of scheme.require ?? []) checkPlace(place, `${field}.require`);
  if (scheme.algorithm === "basic") return;
  if ("each" in scheme && scheme.each && !isPath(scheme.each)) {
    throw new InvalidArgumentError(`${field}.each`, "must be a path such as $.items[]");
  }
  if (scheme.algorithm === "equal") {
    checkPlace(scheme.token?.in, `${field}.token.in`);
    return;
  }
  const bodyDigest = scheme.bodyDigest;
  if (bodyDigest) {
    checkPlace(bodyDigest.in, `${field}.bodyDigest.in`);
    if (!encodings.test(bodyDigest.encoding))
      throw new InvalidArgumentError(`${field}.bodyDigest.encoding`, "is not known");
  }
  if (scheme.algorithm === "jwt") {
    if (typeof scheme.verifier !== "function")
      throw new InvalidArgumentError(`${field}.verifier`, "must be verifyToken");
    if (!/^(?:HS(?:256|384|512)|RS256|ES256)$/.test(scheme.alg))
      throw new InvalidArgumentError(`${field}.alg`, "is not known");
    for (const template of Object.values(scheme.claims ?? {})) checkTemplate(template, `${field}.claims`);
    checkPlace(scheme.token?.in, `${field}.token.in`);
    return;
  }
  checkPlace(scheme.signature?.in, `${field}.signature.in`);
  if (scheme.timestamp) checkPlace(scheme.timestamp.in, `${field}.timestamp.in`);
  if (!encodings.test(scheme.encoding))
    throw new InvalidArgumentError(`${field}.encoding`, "must be hex, base64 or base64url");
  checkTemplate(scheme.sign, `${field}.sign`);
  const covers = placeholders(scheme.sign).some((name) => /^(?:body|form|sha256|crc32|lines:.+)$/.test(name));
  if (!covers && !bodyDigest && scheme.bodyUnsigned !== true) {
    throw new InvalidArgumentError(
      `${field}.sign`,
      'must contain the body, or the scheme say "bodyUnsigned"',
    );
  }
  if (/^sha/.test(scheme.algorithm) && !scheme.sign.includes("{secret}")) {
    throw new InvalidArgumentError(
      `${field}.sign`,
      "must contain {secret}: a plain digest is no proof without it",
    );
  }
}

/**
 * A preset of one's own, checked: every place, path, placeholder and encoding in it.
 * @throws InvalidArgumentError naming the field.
 */
export function definePreset(preset: Preset): Preset {
  const schemes = [preset.scheme as Scheme | Scheme[]].flat();
  if (schemes.length === 0) throw new InvalidArgumentError("preset.scheme", "must have a scheme");
  for (const [index, scheme] of schemes.entries()) checkScheme(scheme, `preset.scheme[${index}]`);
  for (const name of ["type", "id", "subject", "time", "tenant"] as const) {
    for (const place of [preset[name] ?? []].flat() as Place[]) checkPlace(place, `preset.${name}`);
  }
  if (preset.split !== undefined && !(isPath(preset.split) && preset.split.endsWith("[]"))) {
    throw new InvalidArgumentError("preset.split", "must be a path that ends in []");
  }
  return preset;
}
