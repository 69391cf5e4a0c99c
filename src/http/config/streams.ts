/**
 * The streams of events that this deployment takes in.
 * @module
 */
import * as v from "valibot";
import { InvalidArgumentError } from "../../errors.ts";
import { isOriginPattern } from "../../events/origins.ts";
import { BODY_KINDS, type Stream, type StreamOptions, toStream } from "../../events/stream.ts";
import { isPath } from "../../routing/json_path.ts";
import { checkRoutingKey, type KeyOptions, resolveKeyOptions } from "../../routing/keys.ts";
import { check } from "../request/check.ts";
import { checkQueue } from "../request/queue_name.ts";
import type { ChannelConfig } from "./channel.ts";
import { type Section, within } from "./section.ts";

/** Streams by name: a name is a part of `/v1/events/{stream}` and the first word of its events' types. */
export interface StreamsConfig {
  readonly streams?: Readonly<Record<string, StreamOptions>>;
}

/** The streams, checked. */
export interface StreamsSettings {
  readonly streams: ReadonlyMap<string, Stream>;
}

/** A member that is a text, a number or another value of which a test knows whether it will do. */
const of = (test: (value: unknown) => boolean, problem: string) =>
  v.optional(v.custom<unknown>(test, problem));

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isAmount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
const isPathText = (value: unknown) => isText(value) && isPath(value);
const isRecord = (value: unknown) => value !== null && typeof value === "object" && !Array.isArray(value);

const list = (test: (value: unknown) => boolean, problem: string) =>
  v.optional(v.array(v.custom<unknown>(test, problem)));

const text = of(isText, "must be a text that is not empty");
const path = of(isPathText, "must be a path such as $.user.id");
const paths = list(isPathText, "must be a path such as $.user.id");
const amount = of(isAmount, "must be a whole number above 0");
const flag = v.optional(v.boolean());

const STREAM = v.strictObject({
  to: v.strictObject({
    task: of((name) => isText(name) && name.isWellFormed(), "must be a task's name"),
    queue: v.optional(v.string()),
    exchange: text,
    routingKey: v.optional(v.string()),
  }),
  accepts: v.optional(v.array(v.picklist(BODY_KINDS))),
  writeKeys: list(
    (key) => isText(key) && /^[\w.~-]{8,200}$/.test(key),
    "must be 8 to 200 of A-Z, a-z, 0-9, _, -, . and ~",
  ),
  origins: list(
    (origin) => isText(origin) && isOriginPattern(origin),
    "must be an origin such as https://shop.example",
  ),
  dedupe: of((value) => value === false || isAmount(value), "must be a whole number above 0, or false"),
  acknowledgement: v.optional(v.picklist(["published", "immediate"])),
  format: v.optional(v.picklist(["cloudevents", "raw"])),
  paths: v.optional(v.strictObject({ id: path, type: path, time: path })),
  schema: of(isSchema, "must be a schema that speaks Standard Schema"),
  required: paths,
  forbidden: paths,
  sampling: of((part) => typeof part === "number" && part > 0 && part <= 1, "must be above 0 and at most 1"),
  enrich: v.optional(
    v.strictObject({
      time: flag,
      country: flag,
      colo: flag,
      asn: flag,
      userAgent: flag,
      address: of(
        (how) => how === "truncated" || isText((how as { hashedWith?: unknown } | null)?.hashedWith),
        'must be "truncated" or { hashedWith: NAME }',
      ),
    }),
  ),
  maximumEventSize: amount,
  maximumDepth: amount,
  maximumBatch: amount,
  maximumBodySize: amount,
  maximumStreamSize: amount,
  rateLimits: v.optional(v.strictObject({ address: text, key: text })),
  handshake: v.optional(v.strictObject({ origins: v.array(v.string()), requestsPerMinute: amount })),
  segment: flag,
  traceparent: flag,
});

/** The section `streams`; their names are checked by the keys of `channel`. */
export const streamsSection: Section<StreamsConfig, StreamsSettings> = {
  names: { streams: true },
  resolve({ streams = {}, channel = {} }: StreamsConfig & ChannelConfig) {
    const keys = resolveKeyOptions(channel);
    const configured = new Map<string, Stream>();
    for (const [stream, options] of Object.entries(check(v.custom<object>(isRecord), streams, "streams"))) {
      if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(stream)) {
        throw new InvalidArgumentError("streams", "must have names of 1 to 63 of a-z, 0-9, _ and -");
      }
      const checked = check(STREAM, options, `streams.${stream}`) as unknown as StreamOptions;
      within(`streams.${stream}.to`, () => checkTarget(checked.to as Partial<Record<string, string>>, keys));
      configured.set(stream, toStream(stream, checked));
    }
    const segments = [...configured.values()].filter(({ segment }) => segment);
    if (segments.length > 1) {
      throw new InvalidArgumentError(
        `streams.${segments[1]!.name}.segment`,
        "must be set for one stream only",
      );
    }
    return { streams: configured };
  },
};

function checkTarget(
  { task, queue, exchange, routingKey }: Partial<Record<string, string>>,
  keys: KeyOptions,
): void {
  if (exchange === undefined) {
    if (routingKey !== undefined)
      throw new InvalidArgumentError("routingKey", "must not be given without an exchange");
    if (task === undefined || queue !== undefined) checkQueue(queue as string, "queue", keys);
    return;
  }
  for (const [field, name] of Object.entries({ task, queue })) {
    if (name !== undefined) throw new InvalidArgumentError(field, "must not stand beside an exchange");
  }
  if (routingKey?.startsWith("$")) check(path, routingKey, "routingKey");
  else checkRoutingKey(routingKey ?? "", "routingKey");
}

function isSchema(value: unknown): boolean {
  const standard = (value as { "~standard"?: { validate?: unknown } } | null)?.["~standard"];
  return typeof standard?.validate === "function";
}
