/** @module Every golden case of Celery's own producer, sent by this library and compared in decoded form. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse as parseYaml } from "yaml";
import { Celery } from "../../src/celery/index.ts";
import { Channel, clearBindingCache } from "../../src/index.ts";
import vectors from "../vectors/celery.json" with { type: "json" };
import { DIFFERENCES } from "./differences.ts";
import { Recorder } from "./recorder.ts";
import { CALLS } from "./vector_calls.ts";

interface Envelope {
  readonly body: string;
  readonly "content-type": string;
  readonly "content-encoding": string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Vector {
  readonly name: string;
  readonly returns?: string | null;
  readonly error?: string;
  readonly commands: readonly { readonly cmd: readonly (string | number)[] }[];
  readonly messages: readonly {
    readonly via: string;
    readonly key: string;
    readonly envelope: Envelope;
  }[];
}

const VECTORS = vectors.vectors as unknown as readonly Vector[];
const PARITY = {
  taskIgnoreResult: false,
  replyTo: "aaaaaaaa-aaaa-3aaa-8aaa-aaaaaaaaaaaa",
  origin: "gen4242@edge",
  chordExpires: 86_400,
};
/** Places that change with every run, or that the comparison normalises. */
const MAILBOX = /[0-9a-f]{8}-[0-9a-f]{4}-[34][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

beforeEach(() => {
  clearBindingCache();
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05.678Z") });
  let count = 0;
  vi.spyOn(crypto, "randomUUID").mockImplementation(
    () => `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}` as ReturnType<Crypto["randomUUID"]>,
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function millisecondsOnly(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/(\.\d{3})\d{3}(?=[+]|$)/, "$1");
  return typeof value === "number" ? Math.trunc(value * 1000) / 1000 : value;
}

async function bodyOf(envelope: Envelope, payloadIsPlain: boolean): Promise<unknown> {
  const {
    body,
    "content-type": type,
    headers,
  } = envelope as unknown as {
    readonly body: string;
    readonly "content-type": string;
    readonly headers: Record<string, string>;
  };
  let bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  const { compression } = headers;
  if (compression === "application/x-gzip") {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  } else if (compression !== undefined && !payloadIsPlain) {
    return "compressed";
  }
  const text = new TextDecoder().decode(bytes);
  if (type === "application/json") return JSON.parse(text);
  return type === "application/x-yaml" ? parseYaml(text, { version: "1.1" }) : text;
}

/** A message with its body decoded, without what differs in every run. */
async function decoded(via: string, key: string, envelope: Envelope, ours: boolean) {
  const { delivery_tag, ...properties } = envelope.properties;
  expect(delivery_tag).toMatch(/^[0-9a-f-]{36}$/);
  const body = (await bodyOf(envelope, ours)) as Record<string, unknown>;
  const headers = { ...envelope.headers } as Record<string, unknown>;
  for (const place of [headers, body]) {
    if (place === null || Array.isArray(place) || typeof place !== "object") continue;
    for (const name of ["eta", "expires", "timestamp"]) {
      if (name in place) place[name] = millisecondsOnly(place[name]);
    }
    for (const name of ["ticket", "reply_to"]) {
      if (name in place) place[name] = JSON.stringify(place[name]).replace(MAILBOX, "<uuid>");
    }
  }
  return {
    via,
    key,
    type: envelope["content-type"],
    encoding: envelope["content-encoding"],
    headers,
    properties,
    body,
  };
}

async function pythonMessages(vector: Vector) {
  return await Promise.all(
    vector.messages.map(({ via, key, envelope }) => decoded(via, key, envelope, false)),
  );
}

async function ourMessages(recorder: Recorder) {
  const pushed = recorder.commands
    .filter(([name]) => name === "LPUSH" || name === "PUBLISH")
    .toSorted(([a], [b]) => a!.localeCompare(b!))
    .flatMap(([name, key, ...messages]) => messages.map((message) => [name!, key!, message] as const));
  return await Promise.all(
    pushed.map(([name, key, message]) => decoded(name, key, JSON.parse(message) as Envelope, true)),
  );
}

/** Commands that change something besides messages, sorted. */
function otherCommands(commands: readonly (readonly unknown[])[]): string[] {
  const kept = commands.filter(([name]) => ["SETEX", "DEL", "SREM"].includes(name as string));
  const spaces = (part: unknown) => String(part).replace(/(?<=[,:]) /g, "");
  return kept.map((command) => command.map(spaces).join(" ").replace(MAILBOX, "<uuid>")).sort();
}

function bindings(commands: readonly (readonly unknown[])[]): string[] {
  const added = commands
    .filter(([name]) => name === "SADD")
    .flatMap(([, key, ...members]) => members.map((member) => `${key} ${member}`.replace(MAILBOX, "<uuid>")));
  // Python's second connection writes what its first one wrote.
  return [...new Set(added)].sort();
}

/** The places where two values differ, as paths. */
function differing(ours: unknown, python: unknown, path: string): string[] {
  if (Object.is(ours, python)) return [];
  const both = [ours, python];
  if (both.some((value) => value === null || typeof value !== "object")) return [path];
  const [a, b] = both as Record<string, unknown>[];
  const names = new Set([...Object.keys(a!), ...Object.keys(b!)]);
  return [...names].flatMap((name) => differing(a![name], b![name], path === "" ? name : `${path}.${name}`));
}

function normalisedPlaces(ours: readonly object[], python: readonly object[]): string[] {
  if (ours.length !== python.length) return ["messages"];
  const places = ours.flatMap((message, index) => differing(message, python[index], ""));
  return [...new Set(places.map((place) => (place.startsWith("body") ? "body" : place)))];
}

async function run(vector: Vector) {
  const { conf = {}, channel: channelOptions = {}, run: perform } = CALLS[vector.name]!;
  const recorder = new Recorder();
  // No worker listens, so that nobody waits for a reply.
  recorder.answers.set("PUBLISH /0.celery.pidbox", 0);
  const channel = new Channel(recorder, channelOptions);
  const app = new Celery(channel, { ...PARITY, ...conf });
  let error: unknown;
  let returned: unknown;
  try {
    returned = await perform(app, channel);
  } catch (thrown) {
    error = thrown;
  }
  return { recorder, error, returned };
}

describe("Celery's golden cases", () => {
  test.for(VECTORS.filter(({ name }) => name in CALLS))("$name", async (vector) => {
    const { recorder, error } = await run(vector);
    const found = new Set<string>();
    if ((error === undefined) !== (vector.error === undefined)) {
      found.add("outcome");
    } else if (error === undefined) {
      for (const place of normalisedPlaces(await ourMessages(recorder), await pythonMessages(vector)))
        found.add(place);
      const python = vector.commands.map(({ cmd }) => cmd);
      if (JSON.stringify(otherCommands(recorder.commands)) !== JSON.stringify(otherCommands(python))) {
        found.add("commands");
      }
      if (JSON.stringify(bindings(recorder.commands)) !== JSON.stringify(bindings(python)))
        found.add("bindings");
    }
    found.delete("headers.lang");
    const listed = DIFFERENCES.filter((difference) => difference.vector === vector.name).map(
      ({ place }) => place,
    );
    expect([...found].sort()).toEqual(listed.sort());
  });

  test("all are reproduced, or listed as not", () => {
    const missing = VECTORS.filter(({ name }) => !(name in CALLS)).map(({ name }) => name);
    expect(missing).toEqual(["store_custom_state"]);
    expect(
      DIFFERENCES.some(({ vector, place }) => vector === "store_custom_state" && place === "outcome"),
    ).toBe(true);
    expect(VECTORS).toHaveLength(80);
  });

  test.for(["signature_json_chain", "signature_json_group"])("%s as Python serialises it", async (name) => {
    const vector = VECTORS.find((one) => one.name === name)!;
    const { returned } = await run(vector);
    expect(returned).toEqual(JSON.parse(vector.returns!.slice(1, -1)));
  });

  test("the language is said, and nothing else differs in a plain call", async () => {
    const vector = VECTORS.find(({ name }) => name === "basic_args")!;
    const { recorder } = await run(vector);
    const [ours] = await ourMessages(recorder);
    const [python] = await pythonMessages(vector);
    expect(differing(ours, python, "")).toEqual(["headers.lang"]);
    expect(ours!.headers.lang).toBe("js");
  });
});
