/** @module The strict script's twin: see `src/redis/strict.ts` for what it does and why. */
import { STRICT_SCRIPT } from "../../../src/redis/strict_script.ts";
import { BindingTable, type ExchangeType } from "../../../src/routing/table.ts";
import { RedisReplyError } from "../../store.ts";
import { bytesOf, type EmbeddedReply } from "../reply.ts";
import type { EmbeddedScript } from "../scripts.ts";

/** Reads the binding set, matches, and pushes. */
export const strict: EmbeddedScript = {
  source: STRICT_SCRIPT,
  run(call, [bindingKey, guardKey], argv) {
    const [
      sep,
      kind,
      routingKey,
      prefix,
      suffix,
      head,
      middle,
      tail,
      info,
      rest,
      tag,
      dead,
      seconds,
      limits,
      suffixes,
      declared,
    ] = argv as Arguments;
    if (guardKey !== undefined) {
      const record = call("GET", guardKey);
      if (record !== null) return [0, record];
    }
    for (const member of argv.slice(16, 16 + Number(declared))) call("SADD", bindingKey!, member);
    const members = (call("SMEMBERS", bindingKey!) as string[]).map(textOf);
    const table = new BindingTable(members, textOf(sep));
    const type = kind === "" ? undefined : (kind as ExchangeType);
    const queues = table.match(type, textOf(routingKey)).map(bytesOf);
    const lettered = queues.length === 0 && dead !== "";
    if (lettered) queues.push(dead);
    if (limits !== "") {
      const depths = JSON.parse(limits) as Readonly<Record<string, number>>;
      const ends = (JSON.parse(suffixes) as string[]).map(bytesOf);
      for (const queue of queues) {
        const limit = depths[textOf(queue)] ?? depths["*"];
        if (limit === undefined) continue;
        const lengths = ends.map((end) => Number(call("LLEN", prefix + queue + end)));
        if (lengths.reduce((sum, length) => sum + length, 0) >= limit) return [4, queue];
      }
    }
    const pushed: string[] = [];
    for (const [index, queue] of queues.entries()) {
      const own = `{${rest}"exchange":"","routing_key":${bytesOf(JSON.stringify(textOf(queue)))}}`;
      const copy = index === 0 ? tag : tag.slice(0, 24) + (index + 1).toString(16).padStart(12, "0");
      const list = prefix + queue + suffix;
      try {
        call("LPUSH", list, head + (info || own) + middle + copy + tail);
      } catch (error) {
        if (!(error instanceof RedisReplyError)) throw error;
        for (const earlier of pushed.reverse()) call("LPOP", earlier);
        return [2, error.message];
      }
      pushed.push(list);
    }
    if (guardKey !== undefined && queues.length > 0) {
      const record = JSON.stringify([tag, queues.map(textOf)]);
      call("SET", guardKey, bytesOf(record), "EX", seconds);
    }
    const skipped: EmbeddedReply = table.skipped.map(({ member }) => bytesOf(member));
    return [1, queues, lettered ? 1 : 0, skipped, members.length];
  },
};

/** The script's first arguments; bindings to declare follow, and decisions, which this twin has no need of. */
type Arguments = readonly [
  sep: string,
  kind: string,
  routingKey: string,
  prefix: string,
  suffix: string,
  head: string,
  middle: string,
  tail: string,
  info: string,
  rest: string,
  tag: string,
  dead: string,
  seconds: string,
  limits: string,
  suffixes: string,
  declared: string,
];

function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
