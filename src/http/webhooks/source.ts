/**
 * A configured source with what the environment says: its preset, and its secrets.
 * @module
 */
import type { Secret } from "../../webhooks/index.ts";
import { defineSource, type Source } from "../../webhooks/index.ts";
import { loadPreset } from "../../webhooks/presets/load.ts";
import type { ConfiguredSource } from "../config/sources.ts";

/** The environment's values of the variables that a source names. One that is not set is as good as not named. */
export function secretsOf({ secrets }: ConfiguredSource, env: object): readonly Secret[] {
  return secrets.flatMap(({ variable, ...times }) => {
    const value = (env as Readonly<Record<string, unknown>>)[variable];
    // One that is empty stays: the verifier refuses to work with it, so that it is seen.
    return typeof value === "string" ? [{ value, ...times }] : [];
  });
}

/** The source, ready to receive. */
export async function openSource(configured: ConfiguredSource, env: object): Promise<Source> {
  const { name, told, tolerance, answer, raw, dedupe } = configured;
  const preset =
    typeof configured.preset === "string" ? await loadPreset(configured.preset) : configured.preset;
  const verifyToken = (env as Readonly<Record<string, unknown>>)[configured.verifyToken ?? ""];
  const source = defineSource(name, {
    // A body that is passed on whole is one event.
    preset: raw ? withoutSplit(preset) : preset,
    secrets: secretsOf(configured, env),
    settings: { ...told, ...(typeof verifyToken === "string" && verifyToken !== "" && { verifyToken }) },
    ...(tolerance !== undefined && { tolerance }),
    ...(answer && { answer }),
  });
  return dedupe === undefined ? source : { ...source, dedupeSeconds: dedupe };
}

function withoutSplit(preset: Source["preset"]): Source["preset"] {
  const { split: _, ...whole } = preset;
  return whole;
}
