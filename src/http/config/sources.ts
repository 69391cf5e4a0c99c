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
import { checkRoute, type Filter, type Route, type Target } from "../../webhooks/routes.ts";
import type { Settings as SenderSettings } from "../../webhooks/settings.ts";
import { OBJECT } from "../publish/schemas.ts";
import { check } from "../request/check.ts";
import { checkQueue } from "../request/queue_name.ts";
import type { ChannelConfig } from "./channel.ts";
import { type Section, within } from "./section.ts";
import { checkMembers, type WrittenSource } from "./source_schema.ts";

/** The name of a variable of the environment, in capitals: `GITHUB_WEBHOOK_SECRET`. Never the secret itself. */
export type VariableName = Uppercase<string>;

/** A secret by the variable that holds it, with the time it is good for (RFC 3339). */
export type SecretVariable =
  | VariableName
  | { readonly variable: VariableName; readonly notBefore?: string; readonly notAfter?: string };

/** What the sender has to be told, besides secrets; see `docs/webhooks.md`. */
type Told = Omit<SenderSettings, "verifyToken">;
type Needs = typeof PRESET_NEEDS;
type Keyless = (typeof KEYLESS_PRESETS)[number];
/** Current first, then the previous one while rotating. */
type Secrets = readonly [SecretVariable, ...SecretVariable[]];

/** The sender, with what its scheme cannot do without. */
type Sender =
  | { readonly preset: Exclude<PresetName, keyof Needs>; readonly secrets: Secrets }
  | { readonly preset: Preset; readonly secrets?: Secrets }
  | {
      [Name in keyof Needs]: { readonly preset: Name } & (Name extends Keyless
        ? { readonly secrets?: never }
        : { readonly secrets: Secrets }) &
        Required<Pick<Told, Needs[Name][number]>>;
    }[keyof Needs];

/** Where its events go: all that pass the filter to the same targets, or by several routes. */
type Routing =
  | (Filter & { readonly to: Target | readonly Target[]; readonly routes?: never })
  | {
      readonly routes: readonly [Route, ...Route[]];
      readonly to?: never;
      readonly events?: never;
      readonly where?: never;
    };

/** One source. */
export type SourceConfig = Sender &
  Routing &
  Told & {
    /** What is queued: a CloudEvents object for each event, or the request's body as it came. Default `cloudevents`. */
    readonly format?: "cloudevents" | "raw";
    /** The variable with the token that Meta's `GET` must present. */
    readonly verifyToken?: VariableName;
    /** Seconds that a timestamp may be off. Default: the preset's. */
    readonly tolerance?: number;
    /** Seconds for which a delivery is remembered. Default: the sender's retries and a quarter more, at least a day. */
    readonly dedupe?: number;
    /** Seconds within which the sender must have its answer. Default: the preset's. */
    readonly deadline?: number;
    /** Bytes of a body. Default: that of the gateway. */
    readonly maximumBodySize?: number;
    /** What the sender hears when its event is stored. Default: the preset's. */
    readonly answer?: Answer;
    /** Whether a secret that the sender hands over is kept for an hour (Asana, Notion). Default `false`. */
    readonly handover?: boolean;
  };

/** Sources by name: a word of the routing key, and the last part of the path `/v1/webhooks/{source}`. */
export interface SourcesConfig {
  readonly sources?: Readonly<Record<string, SourceConfig>>;
}

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
  const { tolerance, dedupe, deadline, maximumBodySize, handover = false, ...told } = rest;
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
