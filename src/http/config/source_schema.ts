/**
 * A source of webhooks as it is written in a configuration: its members, one by one.
 *
 * By hand and not by a schema: every fresh Worker loads this.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import { MAXIMUM_SECRETS } from "../../webhooks/settings.ts";

/** A source as it is written. */
export interface WrittenSource {
  readonly preset?: unknown;
  readonly secrets?: readonly (
    | string
    | { readonly variable: string; readonly notBefore?: string; readonly notAfter?: string }
  )[];
  readonly to?: unknown;
  readonly events?: readonly string[];
  readonly where?: readonly object[];
  readonly routes?: readonly object[];
  readonly format?: "cloudevents" | "raw";
  readonly verifyToken?: string;
  readonly tolerance?: number;
  readonly dedupe?: number;
  readonly deadline?: number;
  readonly maximumBodySize?: number;
  readonly answer?: object;
  readonly handover?: boolean;
  readonly rateLimits?: { readonly address?: string; readonly source?: string };
  /** What the sender has to be told. */
  readonly [setting: string]: unknown;
}

type Check = (value: unknown, field: string) => void;
type Checks = Readonly<Record<string, Check>>;

function must(holds: (value: never) => boolean, problem: string): Check {
  return (value, field) => {
    if (!holds(value as never)) throw new InvalidArgumentError(field, `must be ${problem}`);
  };
}

function members(checks: Checks): Check {
  return (value, field) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw new InvalidArgumentError(field, "must be an object");
    }
    for (const [name, member] of Object.entries(value)) {
      const at = `${field}.${name.slice(0, 100)}`;
      if (!Object.hasOwn(checks, name)) throw new InvalidArgumentError(at, "is not a known field");
      if (member !== undefined) checks[name]!(member, at);
    }
  };
}

function list(check: Check, maximum: number): Check {
  return (value, field) => {
    if (!Array.isArray(value) || value.length > maximum) {
      throw new InvalidArgumentError(field, `must be a list of at most ${maximum}`);
    }
    value.forEach((item, index) => {
      check(item, `${field}[${index}]`);
    });
  };
}

const LONGEST_LIST = 1_000;
const isText = (value: unknown) => typeof value === "string" && value !== "";
const any: Check = () => {};
const text = must(isText, "a string that is not empty");
const texts = must(
  (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isText),
  "a list of strings, none of them empty",
);
const variable = must(
  (value: unknown) => typeof value === "string" && /^[A-Z][A-Z0-9_]*$/.test(value),
  "the name of a variable in capitals, never the secret itself",
);
const moment = must(
  (value: unknown) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
  "an RFC 3339 time",
);
const address = must(
  (value: unknown) => typeof value === "string" && /^https?:\/\/[^/?#\s]+\/?/.test(value),
  "the whole URL, as registered with the sender",
);
const count = must((value: number) => Number.isSafeInteger(value) && value > 0, "a whole number above 0");
const flag = must((value: unknown) => typeof value === "boolean", "true or false");
const timed = members({ variable, notBefore: moment, notAfter: moment });

const FILTER: Checks = {
  events: list(text, LONGEST_LIST),
  where: list(members({ path: text, equals: any, oneOf: any, matches: text, exists: flag }), LONGEST_LIST),
};

/** Checks the members of a source. What they mean for each other is checked afterwards. */
export const checkMembers: Check = members({
  preset: any,
  secrets: list((value, field) => {
    if (value === null || typeof value !== "object") return variable(value, field);
    timed(value, field);
    variable((value as { variable?: unknown }).variable, `${field}.variable`);
  }, MAXIMUM_SECRETS),
  ...FILTER,
  to: any,
  routes: list(members({ ...FILTER, to: any }), LONGEST_LIST),
  format: must((value: unknown) => value === "cloudevents" || value === "raw", "cloudevents or raw"),
  publicUrl: address,
  keyUrl: address,
  topics: texts,
  origins: texts,
  webhookId: text,
  audience: text,
  email: text,
  clientId: text,
  verifyToken: variable,
  tolerance: must(
    (value: number) => value > 0 && value <= 604_800,
    "seconds, more than 0 and at most a week",
  ),
  dedupe: count,
  deadline: must((value: number) => value > 0 && value <= 3_600, "seconds, more than 0 and at most an hour"),
  maximumBodySize: count,
  answer: members({
    status: must(
      (value: number) => Number.isInteger(value) && value >= 200 && value <= 299,
      "from 200 to 299",
    ),
    body: must((value: unknown) => typeof value === "string", "a string"),
    contentType: text,
  }),
  handover: flag,
  rateLimits: members({ address: text, source: text }),
});
