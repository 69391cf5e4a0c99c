/**
 * A source of webhooks as a deployment declares it, checked before the first request.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import type { Answer, Preset } from "./preset.ts";
import { MAXIMUM_SECRETS, type Secret, type Settings } from "./settings.ts";

/** A source: which sender, with what secrets. */
export interface SourceOptions {
  /** One of the presets, or one's own from `definePreset`. */
  preset: Preset;
  /** The secrets in force: current and, while rotating, previous. Up to 8. */
  secrets: readonly Secret[];
  settings?: Settings;
  /** Seconds that a timestamp may be off; replaces the preset's. */
  tolerance?: number;
  /** Replaces the preset's answer. */
  answer?: Answer;
}

/** A source that was checked. */
export interface Source {
  readonly name: string;
  readonly preset: Preset;
  readonly secrets: readonly Secret[];
  readonly settings: Settings;
  readonly tolerance: number | undefined;
  /** Seconds for which a delivery id is remembered. */
  readonly dedupeSeconds: number;
}

/**
 * Checks a source and fills in what its preset says. Missing secrets are no error here: a source without one is
 * declared, and answers 503 until it has one.
 * @param name Name of the source: a word of the routing key and the last part of its path.
 * @throws InvalidArgumentError naming the field.
 */
export function defineSource(name: string, options: SourceOptions): Source {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) {
    throw new InvalidArgumentError(
      "name",
      "must be 1 to 63 of a-z, 0-9, _ and -, and start with a letter or digit",
    );
  }
  const { preset } = options;
  if (typeof preset !== "object" || preset === null || !preset.scheme) {
    throw new InvalidArgumentError("preset", "must be a preset, such as github, and not its name");
  }
  const { secrets, settings = {}, tolerance, answer } = options;
  if (!Array.isArray(secrets) || secrets.length > MAXIMUM_SECRETS) {
    throw new InvalidArgumentError("secrets", `must be a list of at most ${MAXIMUM_SECRETS}`);
  }
  for (const setting of preset.needs ?? []) {
    if (!settings[setting]?.length)
      throw new InvalidArgumentError(`settings.${setting}`, "is needed by this preset");
  }
  const { publicUrl } = settings;
  if (publicUrl !== undefined && !/^https?:\/\/[^/?#\s]+\/?/.test(publicUrl)) {
    throw new InvalidArgumentError(
      "settings.publicUrl",
      "must be the whole URL as registered with the sender",
    );
  }
  if (tolerance !== undefined && !(tolerance > 0 && tolerance <= 604_800)) {
    throw new InvalidArgumentError("tolerance", "must be seconds, more than 0 and at most a week");
  }
  const hours = preset.dedupeHours ?? Math.max(24, (preset.retryHours ?? 0) * 1.25);
  return {
    name,
    preset: answer ? { ...preset, answer } : preset,
    secrets,
    settings,
    tolerance,
    dedupeSeconds: Math.ceil(hours * 3600),
  };
}
