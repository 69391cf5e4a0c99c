/** @module What is written, for random messages: real Kombu's producer and consumer are the oracle. */
import zlib from "node:zlib";
import { expect, test } from "vitest";
import { msgpack } from "../../src/envelope/msgpack.ts";
import { yaml } from "../../src/envelope/yaml.ts";
import { Channel, KombuEdgeError, Producer, registerSerializer } from "../../src/index.ts";
import { Recorder } from "../celery/recorder.ts";
import { canonicalJson } from "../conformance/json_text.ts";
import { describeEachOracle } from "./each_kombu.ts";
import { type Message, messages, refusal, toKombu, toOptions } from "./message_cases.ts";
import { holds } from "./runs.ts";
import { toValue } from "./terms.ts";

registerSerializer(yaml);
registerSerializer(msgpack);

/** A message as a Python application sees it, or the error that it gets. */
type Received = Readonly<Record<string, string>>;

interface Answer {
  readonly ours: readonly Received[];
  readonly theirs?: Received;
  readonly list?: string;
  readonly text?: string;
  readonly error?: string;
}

interface Sent {
  readonly list: string;
  readonly text: string;
}

/** Publishes with this library, and returns what Redis gets; or the error's field. */
async function publish(message: Message): Promise<Sent | { readonly refused: string }> {
  const redis = new Recorder();
  const channel = new Channel(redis, { bodyEncoding: message.bodyEncoding });
  try {
    await new Producer(channel).publish(toValue(message.body), toOptions(message));
  } catch (error) {
    if (!(error instanceof KombuEdgeError)) throw error;
    const field = (error as { field?: string }).field ?? error.code;
    return { refused: field.split(/[.[]/)[0]! };
  }
  const [command, ...others] = redis.commands;
  expect(others).toEqual([]);
  const [name, list, text] = command!;
  expect(name).toBe("LPUSH");
  return { list: list!, text: text! };
}

describeEachOracle((ask, kombu) => {
  test("Kombu writes the same envelope, and reads ours as its own", { timeout: 120_000 }, async () => {
    const seen = new Map<string, number>();
    await holds(messages(kombu.decodesTypedValues), 1_500, async (cases) => {
      const sent = await Promise.all(cases.map(publish));
      const answers = await ask<Answer>(
        "publish",
        cases.map((message, index) => toKombu(message, "text" in sent[index]! ? [sent[index].text] : [])),
      );
      return cases.map((message, index) => {
        const ours = sent[index]!;
        const expected = refusal(message);
        const outcome = expected === undefined ? "sent" : `refused: ${expected}`;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        if ("refused" in ours) {
          return ours.refused === expected ? undefined : `refused: ${ours.refused}, should be ${outcome}`;
        }
        if (expected) return `sent, should be ${outcome}`;
        return compared(message, ours, answers[index]!, kombu.decodesTypedValues);
      });
    });
    expect(seen.get("sent")).toBeGreaterThan(1_000);
    expect([...seen.keys()].sort()).toEqual([
      ...["refused: body", "refused: contentEncoding", "refused: contentType", "refused: expiration"],
      ...["refused: headers", "refused: priority", "refused: properties", "refused: replyTo"],
      ...["refused: routingKey", "refused: serializer", "sent"],
    ]);
  });
});

function compared(
  message: Message,
  ours: Sent,
  answer: Answer,
  readsTypedValues: boolean,
): string | undefined {
  if (answer.error !== undefined) {
    // Rule of spec §9: bytes outside base64 are for Kombu ≥ 5.3; before, it can neither write nor read them.
    const isBytes = message.bodyEncoding === null && answer.error === "TypeError" && !readsTypedValues;
    return isBytes ? undefined : `sent, but Kombu raises ${answer.error}`;
  }
  const [own, theirs] = [parsed(ours.text), parsed(answer.text!)];
  return (
    differing("list", ours.list, answer.list) ??
    differing("envelope", shown(own, message), shown(theirs, message)) ??
    payloadDifference(message, own, theirs) ??
    differing("received", answer.ours[0], answer.theirs)
  );
}

interface Envelope {
  readonly body: string | { readonly __type__: string; readonly __value__: string };
  readonly properties: Record<string, unknown> & { readonly body_encoding: string | null };
  readonly [member: string]: unknown;
}

/** The envelope with its numbers as texts that tell an integer from a float. */
function parsed(text: string): Envelope {
  const exact = (_key: string, value: unknown, context?: { source: string }) => {
    if (typeof value !== "number") return value;
    return /^-?\d+$/.test(context!.source) ? `int ${context!.source}` : `float ${value}`;
  };
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** All but the body, in order. */
function shown({ body: _body, properties, ...rest }: Envelope, { deliveryInfo }: Message): string {
  expect(properties.delivery_tag).toMatch(UUID4);
  const known = { ...properties, delivery_tag: "<uuid>" };
  // Rule: a `delivery_info` that the caller gave stays at its place in Kombu, and comes at the end here.
  return JSON.stringify({ ...rest, properties: deliveryInfo ? inOrder(known) : known });
}

function inOrder(properties: Record<string, unknown>): unknown {
  const { delivery_info, ...others } = properties as { delivery_info: Record<string, unknown> };
  const { exchange, routing_key, ...more } = delivery_info;
  return [others, more, exchange, routing_key];
}

function payloadDifference(message: Message, own: Envelope, theirs: Envelope): string | undefined {
  const [one, other] = [payloadOf(own, message), payloadOf(theirs, message)];
  if (!message.contentType && own["content-type"] === "application/json") {
    return differing("payload", canonicalJson(one.toString()), canonicalJson(other.toString()));
  }
  // Rule: only what is read from these matters.
  if (message.serializer === "yaml" || message.serializer === "msgpack") return undefined;
  return one.equals(other)
    ? undefined
    : `payload: ours ${one.toString("hex")}, Kombu's ${other.toString("hex")}`;
}

/** Rule of spec §9: text outside base64 is a string here, and in Kombu bytes that say their type; both are read alike. */
function payloadOf({ body, properties }: Envelope, { compression }: Message): Buffer {
  let bytes: Buffer;
  if (typeof body !== "string")
    bytes = Buffer.from(body.__value__, body.__type__ === "base64" ? "base64" : "utf8");
  else bytes = Buffer.from(body, properties.body_encoding === "base64" ? "base64" : "utf8");
  return compression ? zlib.inflateSync(bytes) : bytes;
}

function differing(what: string, ours: unknown, theirs: unknown): string | undefined {
  const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return one === other ? undefined : `${what}: ours ${one}, Kombu's ${other}`;
}
