/**
 * From a call's options to what stands in a signature. What would crash a worker, or make it drop the task without a
 * word, is refused here. Spec celery §2.5, §14.
 * @module
 */

import { Exchange, Queue } from "../entity.ts";
import { stringifyJson } from "../envelope/json.ts";
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";
import { momentText } from "./moment.ts";
import { SignatureBase } from "./signature_base.ts";
import type { TaskOptions, WireOptions } from "./task_options.ts";

type Check = (value: unknown, field: string) => unknown;

function must(holds: boolean, field: string, what: string): asserts holds {
  if (!holds) throw new InvalidArgumentError(field, `must be ${what}`);
}

const text: Check = (value, field) => {
  must(typeof value === "string" && value !== "" && value.isWellFormed(), field, "a non-empty string");
  return value;
};
const printed: Check = (value, field) => {
  must(typeof value === "string" && value.isWellFormed(), field, "a string");
  return value;
};
const whole: Check = (value, field) => {
  must(Number.isSafeInteger(value) && (value as number) >= 0, field, "a whole number that is not negative");
  return value;
};
const finite: Check = (value, field) => {
  must(Number.isFinite(value), field, "a finite number");
  return value;
};
const limit: Check = (value, field) => {
  must(Number.isFinite(value) && (value as number) > 0, field, "a number of seconds above 0");
  return value;
};
const priority: Check = (value, field) => {
  must(
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9,
    field,
    "a whole number from 0 to 9",
  );
  return value;
};
const mode: Check = (value, field) => {
  must(value === 1 || value === 2, field, "1 or 2");
  return value;
};
const flag: Check = (value, field) => {
  must(typeof value === "boolean", field, "true or false");
  return value;
};
const expiry: Check = (value, field) =>
  typeof value === "number" ? finite(value, field) : momentText(value, field);
const queue: Check = (value, field) => (value instanceof Queue ? value : text(value, field));
const exchange: Check = (value, field) => (value instanceof Exchange ? value : text(value, field));
const signature: Check = (value, field) => {
  must(value instanceof SignatureBase, field, "a signature");
  return value.toJSON();
};
const signatures: Check = (value, field) =>
  Array.isArray(value)
    ? value.map((one, index) => signature(one, `${field}[${index}]`))
    : [signature(value, field)];

/** Headers that belong to the protocol and have an option of their own; a wrong one kills every worker that sees it. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  (
    "task id eta expires group group_index retries timelimit root_id parent_id ignore_result " +
    "replaced_task_nesting stamped_headers stamps compression redelivered"
  ).split(" "),
);

const headers: Check = (value, field) => {
  const given = record(value, field);
  for (const name of Object.keys(given)) {
    if (OWN_HEADERS.has(name))
      throw new InvalidArgumentError(`${field}.${name}`, "is not for custom headers");
  }
  stringifyJson(given, field, "refuse");
  return { ...given };
};
const properties: Check = (value, field) => {
  const given = record(value, field);
  stringifyJson(given, field, "refuse");
  checkFree(given, field);
  return given;
};
const stamps: Check = (value, field) => {
  const given = record(value, field);
  checkFree(given, field);
  for (const [name, stamp] of Object.entries(given)) {
    const all = Array.isArray(stamp) ? stamp : [stamp];
    must(
      all.every((one) => typeof one === "string"),
      `${field}.${name}`,
      "a string or a list of strings",
    );
  }
  return given;
};

const CHECKS: { readonly [Name in keyof TaskOptions]-?: Check } = {
  taskId: text,
  countdown: finite,
  eta: momentText,
  expires: expiry,
  queue,
  exchange,
  routingKey: printed,
  priority,
  serializer: text,
  compression: text,
  deliveryMode: mode,
  headers,
  shadow: text,
  timeLimit: limit,
  softTimeLimit: limit,
  ignoreResult: flag,
  link: signatures,
  linkError: signatures,
  replyTo: printed,
  correlationId: text,
  retries: whole,
  rootId: text,
  parentId: text,
  groupId: text,
  groupIndex: whole,
  chord: signature,
  stamps,
  argsrepr: printed,
  kwargsrepr: printed,
  origin: text,
  messageId: text,
  appId: text,
  userId: text,
  type: text,
  properties,
};

/** The options' names, and Celery's. */
const SPELLED: ReadonlyMap<string, string> = new Map(
  [...Object.keys(CHECKS), "chain", "stampedHeaders"].map((name) => [name, snakeCase(name)]),
);

/** Celery's names of all task options, and the names here. */
export const WIRE_NAMES: ReadonlyMap<string, string> = new Map(
  [...SPELLED].map(([name, celerys]) => [celerys, name]),
);

/** In a signature stamps and properties stand among the options: they must not pass for one. */
function checkFree(given: object, field: string): void {
  for (const name of Object.keys(given)) {
    if (WIRE_NAMES.has(name)) throw new InvalidArgumentError(`${field}.${name}`, "is the name of an option");
  }
}

/** Celery's spelling of a name. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Checks options and gives them Celery's names. Those that are `undefined` or `null` are left out, as Celery does.
 *
 * @param path Put before a name in an error, such as `chain[1].`.
 * @param spell How the caller spells a name.
 * @throws {InvalidArgumentError} Naming the option at fault.
 */
export function wireOptions(
  options: TaskOptions,
  path = "",
  spell: (name: string) => string = (name) => name,
): WireOptions {
  checkOptionNames(options, CHECKS, path);
  const wire: WireOptions = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    const checked = CHECKS[name as keyof TaskOptions](value, path + spell(name));
    if (name === "properties") Object.assign(wire, checked);
    else if (name === "stamps")
      Object.assign(wire, { stamped_headers: Object.keys(checked as object) }, checked);
    else wire[SPELLED.get(name)!] = checked;
  }
  const { time_limit: hard, soft_time_limit: soft } = wire;
  if (typeof hard === "number" && typeof soft === "number" && soft > hard) {
    throw new InvalidArgumentError(
      path + spell("softTimeLimit"),
      "must not be above the hard limit: none would be enforced",
    );
  }
  return wire;
}

/** A task's name, checked. */
export function checkTaskName(name: unknown, field: string): string {
  return text(name, field) as string;
}

/** Positional arguments, checked: a worker would take a text apart and lose a task without a list. */
export function checkArguments(args: unknown, field: string): readonly unknown[] {
  must(Array.isArray(args), field, "a list");
  return args;
}

/** A plain object, checked: with anything else a task is received and never heard of again. */
export function record(value: unknown, field: string): Record<string, unknown> {
  const isRecord = value !== null && typeof value === "object" && !Array.isArray(value);
  must(isRecord && Object.prototype.toString.call(value) === "[object Object]", field, "an object");
  return value as Record<string, unknown>;
}
