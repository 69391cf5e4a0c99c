/**
 * The senders of webhooks that this deployment listens to, and where their events go.
 * @module
 */
import { Exchange } from "../../entity.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { checkRoutingKey, type KeyOptions, resolveKeyOptions } from "../../routing/keys.ts";
import type { Answer, Preset } from "../../webhooks/preset.ts";
import {
  KEYLESS_PRESETS,
  PRESET_NEEDS,
  type PresetName,
  presetFile,
} from "../../webhooks/presets/catalogue.ts";
import { checkRoute, type Route, type Target } from "../../webhooks/routes.ts";
import { OBJECT } from "../publish/schemas.ts";
import { check } from "../request/check.ts";
import { checkQueue } from "../request/queue_name.ts";
import type { ChannelConfig } from "./channel.ts";
import { type Section, within } from "./section.ts";
import type { SecretVariable, SourcesConfig, Told } from "./source_config.ts";
import { checkMembers, type WrittenSource } from "./source_schema.ts";

/** A source, checked. */
export interface ConfiguredSource {
  readonly name: string;
  readonly preset: PresetName | Preset;
  readonly secrets: readonly {
    readonly variable: string;
    readonly notBefore?: number;
    readonly notAfter?: number;
  }[];
  readonly told: Told;
  readonly verifyToken: string | undefined;
  readonly routes: readonly Route[];
  readonly raw: boolean;
  readonly tolerance: number | undefined;
  readonly dedupe: number | undefined;
  readonly deadline: number | undefined;
  readonly maximumBodySize: number | undefined;
  readonly answer: Answer | undefined;
  readonly handover: boolean;
  readonly rateLimits: { readonly address?: string; readonly source?: string };
}

/** The sources, checked. */
export interface SourcesSettings {
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The section `sources`; names of queues are checked by the keys of `channel`. */
export const sourcesSection: Section<SourcesConfig, SourcesSettings> = {
  names: { sources: true },
  resolve({ sources = {}, channel = {} }: SourcesConfig & ChannelConfig) {
    const keys = resolveKeyOptions(channel);
    const configured = Object.entries(check(OBJECT, sources, "sources"));
    return {
      sources: new Map(configured.map(([name, given]) => [name, resolveSource(name, given, keys)])),
    };
  },
};

function resolveSource(name: string, given: unknown, keys: KeyOptions): ConfiguredSource {
  const field = `sources.${name}`;
  if (!NAME.test(name)) {
    throw new InvalidArgumentError(
      field,
      "must be named by 1 to 63 of a-z, 0-9, _ and -, with a letter or digit first",
    );
  }
  checkMembers(given, field);
  const source = given as WrittenSource;
  const { preset, secrets = [], to, events, where, routes, format, verifyToken, answer, ...rest } = source;
  const { tolerance, dedupe, deadline, maximumBodySize, handover = false, rateLimits = {}, ...told } = rest;
  checkSender(preset, secrets.length, told, field);
  return {
    name,
    preset: preset as PresetName | Preset,
    secrets: secrets.map((secret) => (typeof secret === "string" ? { variable: secret } : timed(secret))),
    told: told as Told,
    verifyToken,
    routes: resolveRoutes({ to, events, where, routes }, keys, field),
    raw: format === "raw",
    tolerance,
    dedupe,
    deadline,
    maximumBodySize,
    answer: answer as Answer | undefined,
    handover,
    rateLimits,
  };
}

function timed(secret: object): ConfiguredSource["secrets"][number] {
  const { variable, notBefore, notAfter } = secret as Exclude<SecretVariable, string>;
  return {
    variable,
    ...(notBefore !== undefined && { notBefore: Date.parse(notBefore) }),
    ...(notAfter !== undefined && { notAfter: Date.parse(notAfter) }),
  };
}

/** Whether the preset is one, and has what its scheme cannot do without. */
function checkSender(preset: unknown, secrets: number, told: object, field: string): void {
  const isName = typeof preset === "string";
  if (isName ? presetFile(preset) === undefined : !(preset as Preset | null | undefined)?.scheme) {
    throw new InvalidArgumentError(
      `${field}.preset`,
      "must be the name of a preset, or a preset from definePreset",
    );
  }
  const named = PRESET_NEEDS as Readonly<Record<string, readonly string[]>>;
  const needs = isName ? (Object.hasOwn(named, preset) ? named[preset]! : []) : (preset as Preset).needs;
  for (const need of needs ?? []) {
    if (!(told as Record<string, unknown>)[need])
      throw new InvalidArgumentError(`${field}.${need}`, "is needed by this preset");
  }
  if (!isName) return;
  const keyless = (KEYLESS_PRESETS as readonly string[]).includes(preset);
  if (keyless && secrets > 0)
    throw new InvalidArgumentError(
      `${field}.secrets`,
      "must be left out: this sender publishes its keys, and would take no secret",
    );
  if (!keyless && secrets === 0)
    throw new InvalidArgumentError(`${field}.secrets`, "must name the variable of a secret");
}

function resolveRoutes(
  { to, events, where, routes }: Record<"to" | "events" | "where" | "routes", unknown>,
  keys: KeyOptions,
  field: string,
): readonly Route[] {
  if (routes === undefined) {
    const route = {
      to,
      ...(events !== undefined && { events }),
      ...(where !== undefined && { where }),
    } as Route;
    checkRoute(route, field);
    checkNames(route, keys, `${field}.to`);
    return [route];
  }
  for (const [name, value] of Object.entries({ to, events, where })) {
    if (value !== undefined)
      throw new InvalidArgumentError(`${field}.${name}`, "must not stand beside routes");
  }
  if ((routes as Route[]).length === 0)
    throw new InvalidArgumentError(`${field}.routes`, "must not be empty");
  for (const [index, route] of (routes as Route[]).entries()) {
    checkRoute(route, `${field}.routes[${index}]`);
    checkNames(route, keys, `${field}.routes[${index}].to`);
  }
  return routes as Route[];
}

function checkNames({ to }: Route, keys: KeyOptions, field: string): void {
  for (const { queue, exchange, routingKey } of [to].flat() as Target[]) {
    if (queue !== undefined) checkQueue(queue, `${field}.queue`, keys);
    if (exchange !== undefined) within(field, () => new Exchange(exchange));
    if (routingKey !== undefined) checkRoutingKey(routingKey, `${field}.routingKey`);
  }
}
