/** @module Every kind of publication, as data: how often, how many in a request, sent how, and read how. */
import { github } from "../../src/webhooks/presets/index.ts";
import { signSample } from "../../src/webhooks/sign.ts";
import { events, many, single, webhook } from "./answers.ts";
import { TOPIC_BINDINGS } from "./config.ts";
import { type Call, copy, type Knowledge, type Reply } from "./publication.ts";
import type { Random } from "./random.ts";

/** For the source `github`. */
export const GITHUB_SECRET = "hunter2-github";
/** For everything else. */
export const API_TOKEN = "hunter2-token";

/** A kind. */
export interface Kind {
  readonly name: string;
  readonly weight: number;
  /** Publications in a request. Default 1. */
  readonly most?: number;
  /** Whether a request may be sent again: it bears a key. */
  readonly repeatable: boolean;
  make(ids: readonly string[], random: Random): Draft | Promise<Draft>;
}

/** What a kind makes. */
export interface Draft {
  readonly call: Call;
  read(reply: Reply): readonly Knowledge[];
  /** Where all copies of each go, together or not at all. */
  readonly places?: (id: string) => readonly string[];
  /** Where one copy of each may be besides. */
  readonly besides?: (id: string) => readonly string[];
}

interface Delivered {
  readonly queues: readonly string[];
}

const JSON_TYPE = { "content-type": "application/json", authorization: `Bearer ${API_TOKEN}` };
const NDJSON_TYPE = { ...JSON_TYPE, "content-type": "application/x-ndjson" };

const keyed = (id: string) => ({ ...JSON_TYPE, "idempotency-key": id });
const inQueues =
  (id: string) =>
  ({ queues }: Delivered) =>
    queues.map((queue) => copy(queue, id));
const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");

/** One message's bytes into a queue. */
function bytes(queue: string, headers: (id: string) => Readonly<Record<string, string>>) {
  return ([id]: readonly string[]): Draft => ({
    call: { path: `/v1/queues/${queue}/messages`, headers: headers(id!), body: JSON.stringify({ id }) },
    read: (reply) => [single(reply, inQueues(id!))],
    places: (one) => [copy(queue, one)],
  });
}

const ROUTING_KEYS = ["order.eu.paid", "order.us.paid", "order.eu.new", "refund"] as const;
const PLACES: Readonly<Record<(typeof ROUTING_KEYS)[number], readonly number[]>> = {
  "order.eu.paid": [0, 1, 2],
  "order.us.paid": [0, 2],
  "order.eu.new": [0, 1],
  refund: [0],
};

/** One message's bytes to the topic exchange whose bindings heal. */
function topic(headers: (id: string) => Readonly<Record<string, string>>) {
  return ([id]: readonly string[], random: Random): Draft => {
    const routingKey = ROUTING_KEYS[random.between(0, ROUTING_KEYS.length - 1)]!;
    return {
      call: {
        path: `/v1/exchanges/chaos.topic/messages?routing_key=${routingKey}`,
        headers: headers(id!),
        body: JSON.stringify({ id }),
      },
      read: (reply) => [single(reply, inQueues(id!))],
      places: (one) => PLACES[routingKey].map((index) => copy(TOPIC_BINDINGS[index]!.queue, one)),
    };
  };
}

/** Messages for two queues and the exchange by turns. */
function messages(ids: readonly string[], own: boolean): readonly object[] {
  return ids.map((id, index) => ({
    ...(index % 3 === 2
      ? { exchange: "chaos.topic", routing_key: "order.eu.paid" }
      : { routing_key: `chaos.batch${index % 2}` }),
    body: { id },
    ...(own && { idempotency_key: id }),
  }));
}

function batch(headers: (first: string) => Readonly<Record<string, string>>, own: boolean, asLines: boolean) {
  return (ids: readonly string[]): Draft => {
    const inputs = messages(ids, own);
    return {
      call: {
        path: "/v1/messages",
        headers: headers(ids[0]!),
        body: asLines ? lines(inputs) : JSON.stringify(inputs),
      },
      read: (reply) =>
        many(reply, ids.length, ({ queues }: Delivered, index) =>
          queues.map((queue) => copy(queue, ids[index]!)),
        ),
      places: (id) => {
        const index = ids.indexOf(id);
        const queues =
          index % 3 === 2 ? TOPIC_BINDINGS.map(({ queue }) => queue) : [`chaos.batch${index % 2}`];
        return queues.map((queue) => copy(queue, id));
      },
    };
  };
}

/** A canvas of `chaos.count` tasks, each of which leaves its own mark. */
function canvas(kind: "chain" | "group") {
  return ([id]: readonly string[]): Draft => {
    const marks = [1, 2, 3].map((step) => `${id}/${step}`);
    const tasks = marks.map((mark) => ({ task: "chaos.count", args: [mark], immutable: true }));
    const places = marks.map((mark) => copy("celery", mark));
    return {
      call: { path: "/v1/tasks", headers: keyed(id!), body: JSON.stringify({ [kind]: tasks }) },
      read: (reply) => [single(reply, () => places)],
      places: () => places,
    };
  };
}

function eventLines(stream: string, queue: string) {
  return (ids: readonly string[]): Draft => ({
    call: {
      path: `/v1/events/${stream}`,
      headers: NDJSON_TYPE,
      body: lines(ids.map((id) => ({ id, type: "seen" }))),
    },
    read: (reply) => events(reply, ids.length, (index) => [copy(queue, ids[index]!)]),
    places: (one) => [copy(queue, one)],
  });
}

async function hook([id]: readonly string[]): Promise<Draft> {
  const options = { id: id!, type: "push", body: JSON.stringify({ ref: id }) };
  const { headers, body } = await signSample(github, GITHUB_SECRET, options);
  // To a task and to a queue: each guarded for itself, so they may come to land in two attempts.
  const places = [copy("celery", id!), copy("chaos.hooks", id!)];
  return {
    call: { path: "/v1/webhooks/github", headers, body },
    read: (reply) => [webhook(reply, places)],
  };
}

/** What is wrong on purpose, and must be nowhere. */
async function wrong(ids: readonly string[], random: Random): Promise<Draft> {
  const [id] = ids;
  const body = JSON.stringify({ id });
  const calls: readonly Call[] = [
    { path: "/v1/exchanges/chaos.nobody/messages?routing_key=a&type=direct", headers: keyed(id!), body },
    { path: "/v1/queues/chaos.bytes/messages", headers: keyed(id!), body: `${body}{` },
    { path: "/v1/queues/chaos.bytes/messages?priority=x", headers: keyed(id!), body },
    { path: "/v1/queues/chaos.bytes/messages", headers: { authorization: "Bearer wrong" }, body },
    { path: "/v1/tasks/chaos.count", headers: keyed(id!), body: JSON.stringify({ args: id }) },
    {
      path: "/v1/webhooks/github",
      headers: { ...(await signSample(github, "another secret", { id: id!, body })).headers },
      body,
    },
  ];
  const call = calls[random.between(0, calls.length - 1)]!;
  return { call, read: (reply) => [single({ ...reply, body: reply.body || "{}" }, () => [])] };
}

/** Queues that their consumer binds, and that are lost from time to time. */
const BOUND_QUEUES = ["chaos.bound0", "chaos.bound1"] as const;

/** All kinds. */
export const KINDS: readonly Kind[] = [
  { name: "bytes", weight: 4, repeatable: true, make: bytes("chaos.bytes", keyed) },
  { name: "bytes, no key", weight: 4, repeatable: false, make: bytes("chaos.plain", () => JSON_TYPE) },
  { name: "topic", weight: 4, repeatable: true, make: topic(keyed) },
  { name: "topic, no key", weight: 2, repeatable: false, make: topic(() => JSON_TYPE) },
  {
    name: "topic, bindings lost",
    weight: 2,
    repeatable: true,
    make: ([id]) => ({
      call: {
        path: "/v1/exchanges/chaos.bound/messages?routing_key=a&type=topic",
        headers: keyed(id!),
        body: JSON.stringify({ id }),
      },
      read: (reply) => [single(reply, inQueues(id!))],
      // A refresh of the table shows a new queue, which then gets its copy; a repeat is told of the first copies alone.
      besides: (one) => BOUND_QUEUES.map((queue) => copy(queue, one)),
    }),
  },
  {
    name: "batch, own keys",
    weight: 2,
    most: 8,
    repeatable: true,
    make: batch(() => JSON_TYPE, true, false),
  },
  { name: "batch, one key", weight: 2, most: 8, repeatable: true, make: batch(keyed, false, false) },
  {
    name: "NDJSON, one key",
    weight: 2,
    most: 8,
    repeatable: true,
    make: batch((id) => ({ ...NDJSON_TYPE, "idempotency-key": id }), false, true),
  },
  {
    name: "batch, no key",
    weight: 1,
    most: 6,
    repeatable: false,
    make: batch(() => JSON_TYPE, false, false),
  },
  {
    name: "task",
    weight: 4,
    repeatable: true,
    make: ([id]) => ({
      call: {
        path: "/v1/tasks/chaos.count",
        headers: keyed(id!),
        body: JSON.stringify({ args: [id], ignore_result: true }),
      },
      read: (reply) => [single(reply, () => [copy("celery", id!)])],
      places: (one) => [copy("celery", one)],
    }),
  },
  { name: "chain", weight: 1, repeatable: true, make: canvas("chain") },
  { name: "group", weight: 1, repeatable: true, make: canvas("group") },
  { name: "webhook", weight: 4, repeatable: true, make: hook },
  { name: "events", weight: 2, most: 8, repeatable: true, make: eventLines("clicks", "chaos.events") },
  { name: "events as tasks", weight: 1, most: 6, repeatable: true, make: eventLines("views", "celery") },
  { name: "wrong", weight: 2, repeatable: true, make: wrong },
];

/** Queues that the plain consumer empties; `celery` is the worker's. */
export const QUEUES: readonly string[] = [
  ...["chaos.bytes", "chaos.plain", "chaos.batch0", "chaos.batch1", "chaos.hooks", "chaos.events"],
  ...TOPIC_BINDINGS.map(({ queue }) => queue),
  ...BOUND_QUEUES,
];
