/**
 * What a source of webhooks is configured with, so typed that a sender cannot lack what its scheme needs.
 * @module
 */
import type { Answer, Preset } from "../../webhooks/preset.ts";
import type { KEYLESS_PRESETS, PRESET_NEEDS, PresetName } from "../../webhooks/presets/catalogue.ts";
import type { Filter, Route, Target } from "../../webhooks/routes.ts";
import type { Settings as SenderSettings } from "../../webhooks/settings.ts";

/** The name of a variable of the environment, in capitals: `GITHUB_WEBHOOK_SECRET`. Never the secret itself. */
export type VariableName = Uppercase<string>;

/** A secret by the variable that holds it, with the time it is good for (RFC 3339). */
export type SecretVariable =
  | VariableName
  | { readonly variable: VariableName; readonly notBefore?: string; readonly notAfter?: string };

/** What the sender has to be told, besides secrets; see `docs/webhooks-presets.md`. */
export type Told = Omit<SenderSettings, "verifyToken">;
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
    /**
     * Names of rate-limiting bindings. `address` is asked before the body is read, `source` once a request is verified. Default
     * none.
     */
    readonly rateLimits?: { readonly address?: string; readonly source?: string };
  };

/** Sources by name: a word of the routing key, and the last part of the path `/v1/webhooks/{source}`. */
export interface SourcesConfig {
  readonly sources?: Readonly<Record<string, SourceConfig>>;
}
