/** @module What is written, for random messages: real Kombu's producer and consumer are the oracle. */
import zlib from "node:zlib";
import { expect, test } from "vitest";
import { msgpack } from "../../src/envelope/msgpack.ts";
import { yaml } from "../../src/envelope/yaml.ts";
import { Channel, KombuEdgeError, Producer, registerSerializer } from "../../src/index.ts";
import { Recorder } from "../celery/recorder.ts";
import { canonicalJson } from "../conformance/json_text.ts";
import { describeEachOracle } from "./each_kombu.ts";
import { type Exact, exactJson, shownExactly } from "./exact_json.ts";
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
    await holds(messages(kombu.decodesTypedValues), 800, async (cases) => {
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
    // Otherwise the cases are not what they should be; the rarest refusals are not in every run.
    expect(seen.get("sent")).toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThan(4);
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
  const [own, theirs] = [JSON.parse(ours.text) as Envelope, JSON.parse(answer.text!) as Envelope];
  return (
    differing("list", ours.list, answer.list) ??
    differing("envelope", shown(ours.text, message), shown(answer.text!, message)) ??
    payloadDifference(message, own, theirs) ??
    differing("received", answer.ours[0], answer.theirs)
  );
}

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

type Members = Map<string, Exact>;

/** All but the body, in order. */
function shown(text: string, { deliveryInfo }: Message): string {
  const envelope = new Map(exactJson(text) as Members);
  const properties = new Map(envelope.get("properties") as Members);
  expect(properties.get("delivery_tag")).toMatch(UUID4);
  properties.set("delivery_tag", "<uuid>");
  envelope.delete("body");
  envelope.delete("properties");
  // Rule: a `delivery_info` that the caller gave stays at its place in Kombu, and comes at the end here.
  return shownExactly([envelope, deliveryInfo ? inOrder(properties) : properties]);
}

function inOrder(properties: Members): Exact {
  const info = new Map(properties.get("delivery_info") as Members);
  properties.delete("delivery_info");
  const place = [info.get("exchange")!, info.get("routing_key")!];
  info.delete("exchange");
  info.delete("routing_key");
  return [properties, info, ...place];
}

interface Envelope {
  readonly body: string | { readonly __type__: string; readonly __value__: string };
  readonly properties: { readonly body_encoding: string | null };
  readonly "content-type": string;
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
