import { presets } from "../../src/webhooks/presets/by-name.ts";
import { verify } from "../../src/webhooks/verify.ts";
import { NOW, PUBLIC_URL } from "./sender-cases.ts";

/** Mistakes seen in other verifiers (spec webhooks §10), each shown not to be made here. */

export const url = PUBLIC_URL;
export const body = '{"type":"thing.made"}';
export const seconds = NOW / 1000;
export const secret = "a secret of the sender";
export const bad = "00".repeat(32);

export type Name = keyof typeof presets;
export async function outcome(
  preset: Name,
  headers: Record<string, string>,
  secrets = [secret],
  given = body,
): Promise<string> {
  const verdict = await verify(
    { method: "POST", url, headers, body: given },
    { scheme: presets[preset].scheme, secrets },
    { now: NOW },
  );
  return verdict.ok ? "accepted" : verdict.reason;
}
