/**
 * A stream of events as a deployment configures it.
 * @module
 */
import type { JsonPath } from "../routing/json_path.ts";

/** Kinds of bodies: one JSON event or an array, lines of JSON, CloudEvents, a form's `data`, a GET with a query. */
export const BODY_KINDS = ["json", "ndjson", "cloudevents", "form", "pixel"] as const;

/** One kind of body. */
export type BodyKind = (typeof BODY_KINDS)[number];

/** Where a stream's events go. */
export type StreamTarget =
  /** A Celery task with the event as its one argument. `queue` defaults to the one that the section `celery` sends the task to. */
  | {
      readonly task: string;
      readonly queue?: string;
      readonly exchange?: never;
      readonly routingKey?: never;
    }
  | { readonly queue: string; readonly task?: never; readonly exchange?: never; readonly routingKey?: never }
  /**
   * `routingKey` is a text, or a path into the queued CloudEvent such as `$.data.country`; an event that has nothing there
   * is not taken. Default: the event's type, with other characters than letters, digits, `_`, `-` and `.` made `_`.
   */
  | {
      readonly exchange: string;
      readonly routingKey?: string;
      readonly task?: never;
      readonly queue?: never;
    };

/** A validator of any library that speaks Standard Schema (standardschema.dev). */
export interface EventSchema {
  readonly "~standard": {
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** What is added to each event, as extension attributes beginning with `edge`. Default nothing. */
export interface Enrichment {
  /** `edgetime`: when it arrived. */
  readonly time?: boolean;
  /** `edgecountry`: two letters. */
  readonly country?: boolean;
  /** `edgecolo`: the data centre that answered. */
  readonly colo?: boolean;
  /** `edgeasn`: the number of the sender's network. */
  readonly asn?: boolean;
  /** `edgeuseragent`. */
  readonly userAgent?: boolean;
  /**
   * `edgeaddress`: the sender's address, never whole. `"truncated"` to its first 24 bits (IPv6: 48); hashed with the secret
   * that this variable of the environment holds, so that equal addresses can be told but not undone.
   */
  readonly address?: "truncated" | { readonly hashedWith: string };
}

/** A stream's configuration. */
export interface StreamOptions {
  readonly to: StreamTarget;
  /** Kinds of bodies that are taken. Default all but `pixel`. */
  readonly accepts?: readonly BodyKind[];
  /** Public keys that let anybody send here who has one. Default none: only API tokens with `events:<stream>`. */
  readonly writeKeys?: readonly string[];
  /**
   * Origins of pages that may send: `https://shop.example`, `https://*.shop.example`, `*`. Requests that name no origin
   * do not come from pages and are not affected. Default none.
   */
  readonly origins?: readonly string[];
  /** Seconds for which an event's `source` and `id` are remembered, or `false`. Default 86400 (a day). */
  readonly dedupe?: number | false;
  /**
   * `"published"` answers when Redis has the events; `"immediate"` when they are checked, and publishes what was not yet
   * published after the answer: a failure then is in the log only. Default `"published"`.
   */
  readonly acknowledgement?: "published" | "immediate";
  /** `"cloudevents"` queues CloudEvents 1.0 JSON objects, `"raw"` the data alone. Default `"cloudevents"`. */
  readonly format?: "cloudevents" | "raw";
  /** Where an event that is no CloudEvent has its id, type and time. Default `$.id`, `$.type`, `$.time`. */
  readonly paths?: { readonly id?: JsonPath; readonly type?: JsonPath; readonly time?: JsonPath };
  /** Checks the data; what it gives is queued instead. */
  readonly schema?: EventSchema;
  /** Paths into the data that must be there. */
  readonly required?: readonly JsonPath[];
  /** Paths into the data that must not be there. */
  readonly forbidden?: readonly JsonPath[];
  /** Which part of the events is kept, above 0 up to 1; by its id an event always meets the same fate. Default 1. */
  readonly sampling?: number;
  readonly enrich?: Enrichment;
  /** Bytes of one event. Default 65536 (64 KiB). */
  readonly maximumEventSize?: number;
  /** Levels of nesting of one event. Default 32. */
  readonly maximumDepth?: number;
  /** Events of one request. Default 10000. */
  readonly maximumBatch?: number;
  /** Bytes of a body that is read as a whole, decompressed. Default 1048576 (1 MiB). */
  readonly maximumBodySize?: number;
  /** Bytes of a body that is read line by line, decompressed. Default 33554432 (32 MiB). */
  readonly maximumStreamSize?: number;
  /**
   * Names of rate-limiting bindings. `address` is asked before the body is read, `key` once the sender is known. Default none.
   */
  readonly rateLimits?: { readonly address?: string; readonly key?: string };
  /** Who may be granted deliveries by the CloudEvents webhook handshake; `*` for anybody. Default nobody. */
  readonly handshake?: { readonly origins: readonly string[]; readonly requestsPerMinute?: number };
  /** Answer Segment's HTTP API (`/v1/track`, `/v1/batch`, …) for this stream; for one at most. Default `false`. */
  readonly segment?: boolean;
  /**
   * Believe the `traceparent` of senders that have but a write key, as browsers do, and let pages of other origins send it.
   * Those with a token are believed. Default `false`.
   */
  readonly traceparent?: boolean;
}

/** A stream, checked, with every default filled in. */
export interface Stream extends Required<Omit<StreamOptions, "schema" | "handshake" | "paths">> {
  readonly name: string;
  readonly schema: EventSchema | undefined;
  readonly handshake: StreamOptions["handshake"];
  readonly paths: { readonly id: JsonPath; readonly type: JsonPath; readonly time: JsonPath };
}

/** Fills in the defaults of checked options. */
export function toStream(name: string, { paths, ...options }: StreamOptions): Stream {
  return {
    name,
    accepts: ["json", "ndjson", "cloudevents", "form"],
    writeKeys: [],
    origins: [],
    dedupe: 86_400,
    acknowledgement: "published",
    format: "cloudevents",
    schema: undefined,
    required: [],
    forbidden: [],
    sampling: 1,
    enrich: {},
    maximumEventSize: 65_536,
    maximumDepth: 32,
    maximumBatch: 10_000,
    maximumBodySize: 1_048_576,
    maximumStreamSize: 33_554_432,
    rateLimits: {},
    handshake: undefined,
    segment: false,
    traceparent: false,
    ...options,
    paths: { id: "$.id", type: "$.type", time: "$.time", ...paths },
  };
}
