import { defineSource, receive, type Settings, type WebhookEvent } from "../../src/webhooks/index.ts";
import type { Preset } from "../../src/webhooks/preset.ts";
import { type PresetName, presets } from "../../src/webhooks/presets/by-name.ts";
import { NOW } from "./sender-cases.ts";
import { mac } from "./signing.ts";

export const secret = "a secret of the sender";

/** Events of a payload, by a preset whose scheme was replaced by a token, so that only the payload matters. */
export async function eventsOf(
  name: PresetName,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  settings: Settings = {},
): Promise<WebhookEvent[]> {
  const scheme = { algorithm: "equal", token: { in: "header:x-token" } } as const;
  const preset: Preset = { ...presets[name], scheme, needs: [], handshakes: [] };
  const source = defineSource(name.toLowerCase(), { preset, secrets: [secret], settings });
  const parts = {
    method: "POST",
    url: "https://a.example/",
    headers: { "x-token": secret, ...headers },
    body,
  };
  const received = await receive(source, parts, { now: NOW });
  if (received.kind !== "events") throw new Error(`not events: ${JSON.stringify(received)}`);
  return received.events;
}

export async function github(body: string, headers: Record<string, string>): Promise<WebhookEvent> {
  const source = defineSource("github", { preset: presets.github, secrets: [secret] });
  const signature = `sha256=${await mac("SHA-256", secret, body, "hex")}`;
  const parts = {
    method: "POST",
    url: "https://a.example/",
    headers: { "x-hub-signature-256": signature, ...headers },
    body,
  };
  const received = await receive(source, parts, { now: NOW });
  if (received.kind !== "events") throw new Error("not events");
  return received.events[0]!;
}

export const brief = (events: WebhookEvent[]): string[] => events.map(({ id, type }) => `${type} ${id}`);
