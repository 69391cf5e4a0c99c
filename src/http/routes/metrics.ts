/**
 * What is known of queues, of Redis and of this isolate, for Prometheus.
 * @module
 */
import type { Channel } from "../../channel.ts";
import type { Call } from "../call.ts";
import { BUCKETS_MS, type RequestCounts } from "../observe/counts.ts";
import { type Family, PROMETHEUS_TEXT, type Sample, writeFamilies } from "../observe/exposition.ts";
import { findRedis, type RedisFinding } from "../observe/redis_finding.ts";
import { type Area, route } from "../route.ts";
import { VERSION } from "../version.ts";

/** Cloudflare runs many isolates, and which one answers is chance. */
const OF_THE_ISOLATE = "Of the one isolate that answers, since it started; each scrape may meet another.";

/** The area of `/metrics`. */
export const metrics: Area = {
  routes: [
    route({
      method: "GET",
      path: "/metrics",
      summary: "Depths of queues, Redis, and this isolate's requests, as Prometheus reads them",
      access: "read",
      query: {},
      answers: { 200: "" },
      async handle(call) {
        const finding = await findRedis(call);
        const families = [
          ...buildFamilies(),
          ...redisFamilies(finding),
          ...channelFamilies(call),
          ...requestFamilies(call.settings.counts),
        ];
        return new Response(writeFamilies(families), { headers: { "content-type": PROMETHEUS_TEXT } });
      },
    }),
  ],
};

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `kombu_edge_${name}`, type: "gauge", help, samples };
}

function buildFamilies(): readonly Family[] {
  return [
    gauge("build_info", "Always 1; its label tells the version.", [
      { labels: { version: VERSION }, value: 1 },
    ]),
  ];
}

function redisFamilies({ isUp, depths, leftOut, dead }: RedisFinding): readonly Family[] {
  return [
    gauge("redis_up", "Whether Redis answered, 1 or 0; without it the depths are not there.", [
      { value: Number(isUp) },
    ]),
    gauge(
      "queue_depth",
      "Messages that wait in a queue, by priority step. Queues that are configured, or bound to a configured exchange.",
      depths.map(({ messages, ...labels }) => ({ labels, value: messages })),
    ),
    gauge(
      "queues_left_out",
      "Known queues without a depth: too many, no list, or nothing for the database's token.",
      [{ value: leftOut }],
    ),
    gauge(
      "spool_dead_letters",
      "Messages that the spool accepted and could not deliver: GET /v1/spool shows them.",
      dead === undefined ? [] : [{ value: dead }],
    ),
  ];
}

function channelFamilies(call: Call): readonly Family[] {
  const channel = channelOf(call);
  if (!channel) return [];
  const exchanges = [...call.settings.exchanges.keys()];
  const samples = (measure: (exchange: string) => number | undefined): readonly Sample[] =>
    exchanges.flatMap((exchange) => {
      const value = measure(exchange);
      return value === undefined ? [] : [{ labels: { exchange }, value }];
    });
  const { circuit } = channel;
  return [
    gauge(
      "circuit_open",
      `Whether publishes give Redis a pause, 1 or 0. ${OF_THE_ISOLATE}`,
      circuit === undefined ? [] : [{ value: Number(circuit !== "closed") }],
    ),
    gauge(
      "bindings",
      `Bindings of a configured exchange. ${OF_THE_ISOLATE}`,
      samples((exchange) => channel.cachedBindings(exchange)?.bindings.length),
    ),
    gauge(
      "bindings_age_seconds",
      `Since a configured exchange's bindings were read. ${OF_THE_ISOLATE}`,
      samples((exchange) => {
        const age = channel.bindingsAge(exchange);
        return age === undefined ? undefined : age / 1_000;
      }),
    ),
  ];
}

/** None where no database is configured; that Redis is not there is told elsewhere. */
function channelOf(call: Call): Channel | undefined {
  try {
    return call.channel;
  } catch {
    return undefined;
  }
}

function requestFamilies(counts: RequestCounts): readonly Family[] {
  const requests = [...counts.values()].map(({ method, route, status, requests: value }) => ({
    labels: { method, route, status },
    value,
  }));
  return [
    {
      name: "kombu_edge_requests_total",
      type: "counter",
      help: `Requests that were answered. ${OF_THE_ISOLATE}`,
      samples: requests,
    },
    {
      name: "kombu_edge_request_duration_seconds",
      type: "histogram",
      help: `Time to the answer, in Workers the part of it that was spent waiting. ${OF_THE_ISOLATE}`,
      samples: durations(counts),
    },
  ];
}

/** By route, over all methods and statuses: three times the buckets for each of them would tell little more. */
function durations(counts: RequestCounts): readonly Sample[] {
  const byRoute = new Map<string, { ms: number; readonly buckets: number[] }>();
  for (const { route, ms, buckets } of counts.values()) {
    const sum = byRoute.get(route) ?? { ms: 0, buckets: buckets.map(() => 0) };
    sum.ms += ms;
    for (const [index, requests] of buckets.entries()) sum.buckets[index]! += requests;
    byRoute.set(route, sum);
  }
  return [...byRoute].flatMap(([route, { ms, buckets }]) => {
    let value = 0;
    const cumulative = buckets.map((requests, index): Sample => {
      value += requests;
      const bound = BUCKETS_MS[index];
      return {
        suffix: "_bucket",
        labels: { route, le: bound === undefined ? "+Inf" : bound / 1_000 },
        value,
      };
    });
    return [
      ...cumulative,
      { suffix: "_sum", labels: { route }, value: ms / 1_000 },
      { suffix: "_count", labels: { route }, value },
    ];
  });
}
