/**
 * Presets by the names of their exports, for tools that are given a name. A Worker that imports this carries them all.
 * @module
 */
import type { Preset } from "../preset.ts";
import type { PresetName } from "./catalogue.ts";
import * as exported from "./index.ts";

export type { PresetName } from "./catalogue.ts";

/** Every preset, by name. */
export const presets: Readonly<Record<PresetName, Preset>> = { ...exported };
