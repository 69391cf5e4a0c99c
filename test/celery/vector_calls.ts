/** @module Each golden case of `celery.json`, written for this library: what Python was told to do, in TypeScript. */

import {
  type Celery,
  type CeleryOptions,
  chain,
  chord,
  group,
  signature,
  starmap,
  workerDirect,
} from "../../src/celery/index.ts";
import { yaml } from "../../src/envelope/yaml.ts";
import {
  type Channel,
  type ChannelOptions,
  type Compression,
  DateTime,
  Decimal,
  Exchange,
  PlainDate,
  Queue,
  registerCompression,
  registerSerializer,
  UUID,
} from "../../src/index.ts";

export const ID1 = "11111111-1111-4111-8111-111111111111";
const ID2 = "22222222-2222-4222-8222-222222222222";
const ID3 = "33333333-3333-4333-8333-333333333333";
const GID = "99999999-9999-4999-8999-999999999999";

export interface VectorCall {
  readonly conf?: CeleryOptions;
  readonly channel?: ChannelOptions;
  run(app: Celery, channel: Channel): Promise<unknown> | unknown;
}

registerSerializer(yaml);
/** Stands in for a compression that no runtime has built in: the case is about the header. */
const bzip2: Compression = {
  names: ["bzip2"],
  contentType: "application/x-bz2",
  compress: (payload) => payload,
};
registerCompression(bzip2);

const call = (options: Parameters<Celery["sendTask"]>[1] = {}, conf: CeleryOptions = {}): VectorCall => ({
  conf,
  run: (app) => app.task("tasks.add").applyAsync({ args: [2, 3], taskId: ID1, ...options }),
});
const echo = (options: Parameters<Celery["sendTask"]>[1], conf: CeleryOptions = {}): VectorCall => ({
  conf,
  run: (app) => app.task("tasks.echo").applyAsync({ taskId: ID1, ...options }),
});
const send = (
  name: string,
  options: Parameters<Celery["sendTask"]>[1],
  conf: CeleryOptions = {},
): VectorCall => ({
  conf,
  run: (app) => app.sendTask(name, { args: [2, 3], taskId: ID1, ...options }),
});
const control = (run: (app: Celery) => Promise<unknown>, channel: ChannelOptions = {}): VectorCall => ({
  channel,
  run,
});
const canvas = (run: VectorCall["run"]): VectorCall => ({ run });

const add = (...args: unknown[]) => signature("tasks.add", args);
const xsum = () => signature("tasks.xsum");
const onerr = () => signature("tasks.onerr");

const tasks = new Exchange("tasks", { type: "topic" });
const TOPIC: CeleryOptions = {
  taskQueues: [
    new Queue("default", { exchange: tasks, routingKey: "task.#" }),
    new Queue("feed", { exchange: tasks, routingKey: "feed.*.import" }),
  ],
  taskDefaultQueue: "default",
  taskDefaultExchange: "tasks",
  taskDefaultExchangeType: "topic",
  taskDefaultRoutingKey: "task.default",
};
const media = new Exchange("media", { type: "direct" });

export const CALLS: Readonly<Record<string, VectorCall>> = {
  basic_args: call(),
  no_backend: send("tasks.add", {}, { resultBackend: false }),
  kwargs: echo({ kwargs: { b: "x", a: null, t: true, f: 1.5 } }),
  unicode: echo({ args: ["héllo ☃ 𝄞", 'it\'s "q" \\ \n'] }),
  nested: echo({ args: [{ a: [1, 2, { b: [3] }] }, [[[[1]]]], [], {}, []] }),
  many_args: echo({ args: [Array.from({ length: 2000 }, (_item, index) => index)] }),
  priority_5: call({ priority: 5 }),
  priority_0: call({ priority: 0 }),
  priority_default_conf: call({}, { taskDefaultPriority: 6 }),
  countdown: call({ countdown: 60 }),
  countdown_float: call({ countdown: 0.5 }),
  eta_aware: call({ eta: "2026-07-01T12:00:00+02:00" }),
  eta_naive: call({ eta: "2026-07-01T12:00:00" }),
  countdown_tz_conf: call({ countdown: 60 }),
  expires_seconds: call({ expires: 120 }),
  expires_past: call({ expires: -5 }),
  limits: call({ timeLimit: 30, softTimeLimit: 20 }),
  headers_custom: call({ headers: { "x-tenant": "acme", n: 5 } }),
  headers_override: call({ headers: { origin: "edge", lang: "js" } }),
  extra_property: call({
    messageId: "mid",
    appId: "edge",
    userId: "u",
    type: "t",
    properties: { cluster_id: "c" },
  }),
  delivery_mode_transient: call({ deliveryMode: 1 }),
  parenting: send("tasks.add", { rootId: ID2, parentId: ID3, groupId: GID, groupIndex: 4, retries: 2 }),
  link: call({ link: signature("tasks.mul", [10]), linkError: onerr() }),
  chain3: canvas((app) => app.apply(chain(add(2, 2), add(4), signature("tasks.mul", [10])))),
  chain3_opts: canvas((app) =>
    app.apply(
      chain(
        add(2, 2).set({ queue: "q1" }),
        add(4).set({ countdown: 3, priority: 6 }),
        signature("tasks.mul", [10, 1]).set({ immutable: true }),
      ),
      { linkError: onerr() },
    ),
  ),
  group2: canvas((app) => app.apply(group(add(2, 2), add(4, 4)))),
  group2_save: canvas(async (app) => await (await app.apply(group(add(2, 2), add(4, 4)))).save()),
  chord2_error: canvas((app) => app.apply(chord([add(2, 2), add(4, 4)], xsum().onError(onerr())))),
  chord_of_chains: canvas((app) => app.apply(chord([chain(add(1, 1), add(1)), add(4, 4)], xsum()))),
  chain_group_task: canvas((app) => app.apply(chain(add(2, 2), group(add(1), add(2)), xsum()))),
  chord_no_backend: {
    conf: { resultBackend: false },
    run: (app) => app.apply(chord([add(2, 2), add(4, 4)], xsum())),
  },
  starmap: canvas((app) =>
    app.apply(
      starmap(add(), [
        [1, 1],
        [2, 2],
      ]),
    ),
  ),
  stamped_noop: canvas(() => void add(2, 3).set({ taskId: ID1, stamps: { customer: "acme", tier: "gold" } })),
  queue_new: call({ queue: "emails" }),
  queue_rk_direct: call({ queue: "emails", routingKey: "ignored.key" }),
  exchange_rk_bound: call({ exchange: "celery", routingKey: "celery" }),
  topic_default: call({}, TOPIC),
  topic_rk_exch: call({ exchange: "tasks", routingKey: "feed.eu.import" }, TOPIC),
  topic_queue_feed: call({ queue: "feed", routingKey: "feed.eu.import" }, TOPIC),
  direct_named_exchange: call(
    { exchange: "media", routingKey: "image" },
    {
      taskQueues: [
        new Queue("a", { exchange: media, routingKey: "video" }),
        new Queue("b", { exchange: media, routingKey: "image" }),
      ],
      taskDefaultQueue: "a",
      taskDefaultExchange: "media",
      taskDefaultRoutingKey: "video",
    },
  ),
  broadcast: call(
    { queue: "bcast" },
    {
      taskQueues: [
        new Queue("celery"),
        new Queue("bcast", { exchange: new Exchange("bcast", { type: "fanout" }) }),
      ],
    },
  ),
  routes_str: send("web.x", {}, { taskRoutes: { "feed.*": { queue: "feeds" }, "web.x": "web" } }),
  routes_list_regex: send(
    "video.enc",
    {},
    {
      taskRoutes: [
        [
          ["feed.*", "feeds"],
          [/(video|image)\..*/, { queue: "media", routingKey: "ignored" }],
        ],
      ],
    },
  ),
  routes_override: send(
    "feed.a",
    { queue: "explicit" },
    { taskRoutes: { "feed.*": { queue: "feeds", priority: 6 } } },
  ),
  queue_max_priority: call({ priority: 3 }),
  default_exchange_conf: call(
    {},
    { taskDefaultQueue: "mainq", taskDefaultExchange: "mainx", taskDefaultRoutingKey: "mainrk" },
  ),
  worker_direct: call({ queue: workerDirect("w1@h") }),
  priority_steps: {
    channel: { prioritySteps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], sep: ":" },
    run: (app) => app.task("tasks.add").applyAsync({ args: [2, 3], taskId: ID1, priority: 4 }),
  },
  protocol1: call({ countdown: 60, expires: 120, link: signature("tasks.mul", [2]) }, { taskProtocol: 1 }),
  zlib: echo({ args: ["a".repeat(200)], compression: "zlib" }),
  bzip2: echo({ args: ["a".repeat(200)], compression: "bzip2" }),
  task_compression_conf: echo({ args: ["a".repeat(200)] }, { taskCompression: "gzip" }),
  yaml: call({ serializer: "yaml" }),
  pickle: call({ serializer: "pickle" }),
  typed_json: echo({
    args: [
      new DateTime("2026-01-02T03:04:05+00:00"),
      new PlainDate("2026-01-02"),
      new Decimal("1.10"),
      new UUID(ID1),
      new Uint8Array([97, 98]),
      new Uint8Array([255]),
      null,
    ],
  }),
  sent_event_opts: call({ countdown: 60, expires: 120, queue: "q1" }, { taskSendSentEvent: true }),
  revoke: control((app) => app.control.revoke(ID1)),
  revoke_stamped: control((app) => app.control.revokeByStampedHeaders({ customer: ["acme"] })),
  ping_noreply: control((app) => app.control.broadcast("ping", {}, { destination: ["w1@h"] })),
  inspect_active: control((app) => app.control.inspect({ timeout: 200, destination: ["w1@h"] }).active()),
  pattern: control((app) => app.control.shutdown({ pattern: "w*@h", matcher: "glob" })),
  time_limit_cmd: control((app) => app.control.timeLimit("tasks.add", { soft: 5, hard: 10 })),
  add_consumer: control((app) =>
    app.control.addConsumer("newq", { exchange: "newx", routingKey: "nrk", destination: ["w1@h"] }),
  ),
  pool_grow: control((app) => app.control.poolGrow(2)),
  autoscale: control((app) => app.control.autoscale(10, 3)),
  shutdown: control((app) => app.control.shutdown()),
  purge: control((app) => app.control.purge()),
  forget: control((app) => app.asyncResult(ID1).forget()),
  bad_kwargs: canvas((app) =>
    app.sendTask("tasks.add", {
      args: [1],
      kwargs: ["x"] as unknown as Record<string, unknown>,
      taskId: ID1,
    }),
  ),
  keyprefix_control: control((app) => app.control.revoke(ID1), { globalKeyprefix: "{app}:" }),
  countdown_beats_eta: call({ countdown: 60, eta: "2030-01-01T00:00:00+00:00" }),
  countdown_negative: call({ countdown: -10 }),
  priority_out_of_range: call({ priority: 50 }),
  task_time_limit_conf: call(),
  group_in_chain_first: canvas((app) => app.apply(chain(group(add(1, 1), add(2, 2)), xsum()))),
  group_priority_queue: canvas((app) => app.apply(group(add(2, 2), add(4, 4)), { priority: 6, queue: "gq" })),
  signature_json_chain: canvas(() => JSON.parse(JSON.stringify(chain(add(1, 1), add(2))))),
  signature_json_group: canvas(() => JSON.parse(JSON.stringify(group(add(1, 1), add(2, 2))))),
  retry_off: call({ retry: false }),
};
