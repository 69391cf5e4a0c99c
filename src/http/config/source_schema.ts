/**
 * A source of webhooks as it is written in a configuration: the shape of it, member by member.
 * @module
 */
import * as v from "valibot";

const VARIABLE = v.pipe(
  v.string(),
  v.regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a variable in capitals, never the secret itself"),
);
const MOMENT = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)),
    "must be an RFC 3339 time",
  ),
);
const URL_TEXT = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^/?#\s]+\/?/, "must be the whole URL as registered with the sender"),
);
const TEXT = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const TEXTS = v.pipe(v.array(TEXT), v.nonEmpty("must not be empty"));
const COUNT = v.pipe(
  v.number(),
  v.check((value) => Number.isSafeInteger(value) && value > 0, "must be a whole number above 0"),
);
const SCALAR = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const FILTER = {
  events: v.optional(v.array(v.string())),
  where: v.optional(
    v.array(
      v.strictObject({
        path: v.string(),
        equals: v.optional(SCALAR),
        oneOf: v.optional(v.array(SCALAR)),
        matches: v.optional(v.string()),
        exists: v.optional(v.boolean()),
      }),
    ),
  ),
};
/** A source as it is written. */
export interface WrittenSource {
  readonly preset: unknown;
  readonly secrets: readonly (
    | string
    | {
        readonly variable: string;
        readonly notBefore?: string | undefined;
        readonly notAfter?: string | undefined;
      }
  )[];
  readonly to?: unknown;
  readonly events?: unknown;
  readonly where?: unknown;
  readonly routes?: unknown;
  readonly format: "cloudevents" | "raw";
  readonly verifyToken?: string | undefined;
  readonly tolerance?: number | undefined;
  readonly dedupe?: number | undefined;
  readonly deadline?: number | undefined;
  readonly maximumBodySize?: number | undefined;
  readonly answer?: unknown;
  readonly handover: boolean;
  /** What the sender has to be told. */
  readonly [setting: string]: unknown;
}

/** Its members one by one; what its members mean for each other is checked afterwards. */
export const SOURCE: v.GenericSchema<unknown, WrittenSource> = v.strictObject({
  preset: v.any(),
  secrets: v.optional(
    v.pipe(
      v.array(
        v.union([
          VARIABLE,
          v.strictObject({ variable: VARIABLE, notBefore: v.optional(MOMENT), notAfter: v.optional(MOMENT) }),
        ]),
      ),
      v.maxLength(8, "must hold at most 8"),
    ),
    [],
  ),
  ...FILTER,
  to: v.optional(v.any()),
  routes: v.optional(
    v.pipe(v.array(v.strictObject({ ...FILTER, to: v.any() })), v.nonEmpty("must not be empty")),
  ),
  format: v.optional(v.picklist(["cloudevents", "raw"]), "cloudevents"),
  publicUrl: v.optional(URL_TEXT),
  webhookId: v.optional(TEXT),
  topics: v.optional(TEXTS),
  audience: v.optional(TEXT),
  email: v.optional(TEXT),
  clientId: v.optional(TEXT),
  keyUrl: v.optional(URL_TEXT),
  origins: v.optional(TEXTS),
  verifyToken: v.optional(VARIABLE),
  tolerance: v.optional(
    v.pipe(
      v.number(),
      v.check((value) => value > 0 && value <= 604_800, "must be seconds, more than 0 and at most a week"),
    ),
  ),
  dedupe: v.optional(COUNT),
  deadline: v.optional(
    v.pipe(
      v.number(),
      v.check((value) => value > 0, "must be seconds above 0"),
    ),
  ),
  maximumBodySize: v.optional(COUNT),
  answer: v.optional(
    v.strictObject({
      status: v.optional(
        v.pipe(
          v.number(),
          v.check((value) => value >= 200 && value <= 299, "must be from 200 to 299"),
        ),
      ),
      body: v.optional(v.string()),
      contentType: v.optional(v.string()),
    }),
  ),
  handover: v.optional(v.boolean(), false),
});
