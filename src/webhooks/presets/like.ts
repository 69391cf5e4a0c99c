/**
 * Presets made from other presets.
 * @module
 */
import type { Preset } from "../preset.ts";

/** A preset that differs from another in a few things. */
export function like(preset: Preset, more: Partial<Preset>): Preset {
  return { ...preset, ...more };
}
