/**
 * The streams of events that this deployment takes in.
 * @module
 */
import * as v from "valibot";
import { InvalidArgumentError } from "../../errors.ts";
import { isOriginPattern } from "../../events/origins.ts";
import { BODY_KINDS, type Stream, type StreamOptions, toStream } from "../../events/stream.ts";
import { checkQueueName, checkRoutingKey, resolveKeyOptions } from "../../routing/keys.ts";
import { isPath } from "../../webhooks/path.ts";
import { check } from "../request/check.ts";
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

const name = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const path = v.pipe(v.string(), v.check(isPath, "must be a path such as $.user.id"));
const paths = v.optional(v.array(path));
const amount = v.optional(
  v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(1, "must be above 0")),
);
const flag = v.optional(v.boolean());

const STREAM = v.strictObject({
  to: v.union([
    v.strictObject({ queue: v.string() }),
    v.strictObject({ exchange: name, routingKey: v.optional(v.string()) }),
  ]),
  accepts: v.optional(v.array(v.picklist(BODY_KINDS))),
  writeKeys: v.optional(
    v.array(
      v.pipe(v.string(), v.regex(/^[\w.~-]{8,200}$/, "must be 8 to 200 of A-Z, a-z, 0-9, _, -, . and ~")),
    ),
  ),
  origins: v.optional(
    v.array(v.pipe(v.string(), v.check(isOriginPattern, "must be an origin such as https://shop.example"))),
  ),
  dedupe: v.optional(v.union([v.literal(false), v.pipe(v.number(), v.integer(), v.minValue(1))])),
  acknowledgement: v.optional(v.picklist(["published", "immediate"])),
  format: v.optional(v.picklist(["cloudevents", "raw"])),
  paths: v.optional(v.strictObject({ id: v.optional(path), type: v.optional(path), time: v.optional(path) })),
  schema: v.optional(v.custom<object>(isSchema, "must be a schema that speaks Standard Schema")),
  required: paths,
  forbidden: paths,
  sampling: v.optional(
    v.pipe(v.number(), v.gtValue(0, "must be above 0"), v.maxValue(1, "must not be above 1")),
  ),
  enrich: v.optional(
    v.strictObject({
      time: flag,
      country: flag,
      colo: flag,
      asn: flag,
      userAgent: flag,
      address: v.optional(v.union([v.literal("truncated"), v.strictObject({ hashedWith: name })])),
    }),
  ),
  maximumEventSize: amount,
  maximumDepth: amount,
  maximumBatch: amount,
  maximumBodySize: amount,
  maximumStreamSize: amount,
  rateLimits: v.optional(v.strictObject({ address: v.optional(name), key: v.optional(name) })),
  handshake: v.optional(v.strictObject({ origins: v.array(name), requestsPerMinute: amount })),
  segment: flag,
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
      const checked = check(STREAM, options, `streams.${stream}`) as StreamOptions;
      within(`streams.${stream}.to`, () => {
        const { to } = checked;
        if ("queue" in to) checkQueueName(to.queue, "queue", keys);
        else if (to.routingKey?.startsWith("$")) check(path, to.routingKey, "routingKey");
        else checkRoutingKey(to.routingKey ?? "", "routingKey");
      });
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

function isRecord(value: unknown): boolean {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isSchema(value: unknown): boolean {
  const standard = (value as { "~standard"?: { validate?: unknown } } | null)?.["~standard"];
  return typeof standard?.validate === "function";
}
