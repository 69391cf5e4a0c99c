import { defineSource, type Received, receive, type Settings } from "../../src/webhooks/index.ts";
import { type PresetName, presets } from "../../src/webhooks/presets/by-name.ts";
import { certificatePem } from "./certificate.ts";
import { NOW } from "./sender-cases.ts";

export const secret = "a secret of the sender";
export const seconds = NOW / 1000;

export interface Ask {
  method?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
  secrets?: string[];
  settings?: Settings;
}

export async function ask(preset: PresetName, given: Ask): Promise<Received> {
  const { method = "POST", query = "", headers = {}, body = "", secrets = [secret], settings = {} } = given;
  const source = defineSource("source", { preset: presets[preset], secrets, settings });
  const parts = { method, url: `https://hooks.example.com/v1/webhooks/source${query}`, headers, body };
  return receive(source, parts, {
    now: NOW,
    keyCache: new Map(),
    fetchKey: async () => ({ text: certificatePem }),
  });
}

export const answer = async (preset: PresetName, given: Ask): Promise<unknown> => {
  const received = await ask(preset, given);
  return { kind: received.kind, status: received.response.status, body: received.response.body };
};
