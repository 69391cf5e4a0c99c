/**
 * Presets by name, each loaded with the file that it is in: a Worker that is configured by names starts without any.
 * @module
 */
import type { Preset } from "../preset.ts";
import { type PresetFile, type PresetName, presetFile } from "./catalogue.ts";

const LOADERS: Readonly<Record<PresetFile, () => Promise<object>>> = {
  chat: () => import("./chat.ts"),
  cloud: () => import("./cloud.ts"),
  code: () => import("./code.ts"),
  content: () => import("./content.ts"),
  hosting: () => import("./hosting.ts"),
  mail: () => import("./mail.ts"),
  payments: () => import("./payments.ts"),
  shops: () => import("./shops.ts"),
  standard: () => import("./standard.ts"),
  voice: () => import("./voice.ts"),
  work: () => import("./work.ts"),
};

/** Those that were loaded: looking a module up again takes longer than to verify a request. */
const loaded = new Map<PresetName, Preset>();

/** The preset of that name: at once when it was loaded before. */
export function loadPreset(name: PresetName): Preset | Promise<Preset> {
  return loaded.get(name) ?? load(name);
}

async function load(name: PresetName): Promise<Preset> {
  const presets = (await LOADERS[presetFile(name)!]()) as Readonly<Record<string, Preset>>;
  loaded.set(name, presets[name]!);
  return presets[name]!;
}
