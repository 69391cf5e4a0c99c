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

/** The preset of that name. */
export async function loadPreset(name: PresetName): Promise<Preset> {
  const presets = (await LOADERS[presetFile(name)!]()) as Readonly<Record<string, Preset>>;
  return presets[name]!;
}
