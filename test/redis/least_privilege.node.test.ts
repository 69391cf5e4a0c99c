import { readFileSync } from "node:fs";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import { Channel } from "../../src/channel.ts";
import type { ChannelOptions } from "../../src/delivery/channel_options.ts";
import type { PublishOptions } from "../../src/delivery/publish_options.ts";
import { Exchange, Queue } from "../../src/entity.ts";
import { Producer } from "../../src/producer.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import { discardDead, drain, listDead, oldestDead, replayDead } from "../../src/spool/index.ts";
import { pause } from "./broken.ts";

/** The rule that the documentation gives, with queues of our own. */
const documentation = readFileSync(new URL("../../docs/redis.md", import.meta.url), "utf8");
const rule = documentation.match(/^\+lpush.*$/m)![0].replace("~<queues>", "~jobs* ~mail*");
const tcp = inject("redisTcpUrl");

describe.skipIf(tcp === "")(
  `the documented least-privilege rule${tcp === "" ? " (SKIPPED: no Redis server)" : ""}`,
  () => {
    const admin = createClient({ url: tcp });
    const topic = new Exchange("least", { type: "topic" });
    let front: LocalRedis;

    /** Gives the publisher what the rule says, and more or less. */
    const allow = async (...changes: string[]) => {
      const rules = ["reset", "on", ">secret", ...rule.split(" "), ...changes];
      await admin.sendCommand(["ACL", "SETUSER", "publisher", ...rules]);
    };

    beforeAll(async () => {
      await admin.connect();
      await allow();
      for (const queue of ["jobs", "mail"])
        await admin.sAdd("_kombu.binding.least", `#\x06\x16^.*?$\x06\x16${queue}`);
      const url = new URL(tcp);
      url.username = "publisher";
      url.password = "secret";
      front = await startLocalRedis({ redisUrl: url.href });
    });

    afterAll(async () => {
      await front?.close();
      await admin.sendCommand(["ACL", "DELUSER", "publisher"]);
      await admin.close();
    });

    it("is enough for every way to publish", async () => {
      clearBindingCache();
      const channel = new Channel(front, { bindingMaximumAge: 0 });
      const producer = new Producer(channel, { exchange: topic, routingKey: "k" });
      const anonymous = new Producer(channel, { routingKey: "jobs" });
      const both = { status: "delivered", queues: ["jobs", "mail"] };
      const sorted = (delivery: { queues: readonly string[] }) => ({
        ...delivery,
        queues: [...delivery.queues].sort(),
      });
      expect(await anonymous.publish(1)).toMatchObject({ status: "delivered" });
      expect(await anonymous.publish(1, { retry: true, priority: 9 })).toMatchObject({ status: "delivered" });
      expect(sorted(await producer.publish(1))).toMatchObject(both);
      const guarded = { idempotencyKey: crypto.randomUUID() };
      expect(sorted(await producer.publish(1, guarded))).toMatchObject(both);
      expect(await producer.publish(1, guarded)).toMatchObject({ status: "duplicate" });
      expect(
        sorted(await producer.publish(1, { consistency: "strict", idempotencyKey: crypto.randomUUID() })),
      ).toMatchObject(both);
      const fanout = new Exchange("news", { type: "fanout" });
      expect(await producer.publish(1, { exchange: fanout, retry: true })).toMatchObject({ receivers: 0 });
      expect(await producer.publishMany([{ body: 1 }, { body: 2, retry: true }])).toMatchObject([
        { status: "delivered" },
        { status: "delivered" },
      ]);
      expect(await channel.send([["PING"]])).toEqual([{ result: "PONG" }]);
    });

    it("is enough for the spool with what the documentation says besides", async () => {
      const [row] = documentation.match(/^\| [^|]*`zadd`[^|]*/m)!;
      const further = Array.from(row.matchAll(/`([^`]+)`/g), ([, word]) =>
        word!.startsWith("~") ? word! : `+${word}`,
      );
      expect(further).toContain("+zadd");
      await admin.sendCommand(["ACL", "SETUSER", "publisher", ...further]);
      const sent: { body: unknown }[] = [];
      const queue = {
        send: async (body: unknown) => void sent.push({ body }),
        sendBatch: async (messages: { body: unknown }[]) => void sent.push(...messages),
      };
      // Nobody listens on port 1.
      const away = new Channel({ url: "http://127.0.0.1:1", token: "t" }, { spool: queue });
      for (const routingKey of ["jobs", "jobs-string"]) {
        expect(await new Producer(away, { routingKey }).publish(1)).toMatchObject({ status: "spooled" });
      }
      await admin.set("jobs-string", "x");
      const messages = sent.map(({ body }, index) => ({
        id: `${index}`,
        body,
        attempts: 1,
        ack: () => {},
        retry: () => {
          throw new Error("it had to wait");
        },
      }));
      const channel = new Channel(front, {});
      expect(await drain(channel, { queue: "spool", messages })).toMatchObject({
        landed: 1,
        dead: { refused: 1 },
      });
      const { dead, count } = await listDead(channel, 10);
      expect(count).toBe(1);
      await admin.del("jobs-string");
      expect(await replayDead(channel, [dead[0]!.id])).toMatchObject([{ status: "replayed" }]);
      const old = JSON.parse(sent[0]!.body as string);
      old.begunAt = 0;
      old.items[0].certain = false;
      messages[0]!.body = JSON.stringify(old);
      expect(await drain(channel, { queue: "spool", messages: [messages[0]!] })).toMatchObject({ landed: 1 });
      expect(await discardDead(channel, ["none"])).toBe(0);
      expect(await oldestDead(channel, 1)).toEqual([]);
      await admin.sendCommand(["ACL", "SETUSER", "publisher", "reset", "on", ">secret", ...rule.split(" ")]);
    });

    it("allows nothing else", async () => {
      const channel = new Channel(front);
      const refused = { code: "unauthorised" };
      await expect(new Producer(channel).publish(1, { routingKey: "private" })).rejects.toMatchObject(
        refused,
      );
      await expect(
        new Queue("jobs", { exchange: topic, routingKey: "x" }).declare(channel),
      ).rejects.toMatchObject(refused);
      await expect(channel.queueSize("jobs")).rejects.toMatchObject(refused);
      await admin.sendCommand(["ACL", "SETUSER", "publisher", "-set"]);
      await expect(
        new Producer(channel).publish(1, { routingKey: "jobs", retry: true }),
      ).rejects.toMatchObject(refused);
      expect(await channel.send([["LRANGE", "jobs", "0", "-1"]])).toMatchObject([{ error: refused }]);
    });

    describe("and each row of its table holds:", () => {
      const refused = { code: "unauthorised" };
      const failed = { status: "failed", error: refused };
      const publish = (options: PublishOptions, channel: ChannelOptions = {}) =>
        new Producer(new Channel(front, channel), { routingKey: "jobs" }).publish(1, options);

      it.each(["eval", "set", "get", "lpop", "del"])(
        "without %s nothing that needs a script",
        async (command) => {
          await allow(`-${command}`);
          clearBindingCache();
          const isNeeded = command === "eval" || command === "set";
          const guarded = publish({ retry: true });
          if (isNeeded) await expect(guarded).rejects.toMatchObject(refused);
          else expect(await guarded).toMatchObject({ status: "delivered" });
          if (command === "get") {
            const idempotencyKey = crypto.randomUUID();
            await publish({ idempotencyKey });
            await expect(publish({ idempotencyKey })).rejects.toMatchObject(refused);
          }
          if (command === "eval") {
            await expect(publish({ exchange: topic, consistency: "strict" })).rejects.toMatchObject(refused);
            const many = [{ body: 1, exchange: topic }];
            expect(await new Producer(new Channel(front)).publishMany(many)).toMatchObject([failed]);
          }
          expect(await publish({})).toMatchObject({ status: "delivered" });
        },
      );

      it("without publish, or its channels, no fanout", async () => {
        const fanout = new Exchange("news", { type: "fanout" });
        for (const change of ["-publish", "resetchannels"]) {
          await allow(change);
          await expect(publish({ exchange: fanout })).rejects.toMatchObject(refused);
        }
      });

      it("sadd and srem are what declaring takes, and llen what sizes take", async () => {
        const queue = new Queue("jobs", { exchange: topic, routingKey: "declared" });
        const channel = new Channel(front);
        await allow("+sadd", "+srem", "+llen");
        await queue.declare(channel);
        expect(await channel.unbindQueue(queue, topic, "declared")).toBe(true);
        expect(await channel.queueSize("jobs")).toBeGreaterThan(0);
        await channel.deleteQueue(queue);
        await allow("+llen");
        await expect(channel.deleteQueue(queue)).rejects.toMatchObject(refused);
        expect(await channel.purgeQueue(queue)).toBe(0);
      });

      it("llen is what limits of depth take: without it they say so, or refuse what goes to several queues", async () => {
        const maximumDepth = { "*": 1_000 };
        await allow("+llen");
        clearBindingCache();
        expect(await publish({}, { maximumDepth })).toEqual({
          status: "delivered",
          deliveryTag: expect.any(String),
          queues: ["jobs"],
        });
        const both = { exchange: topic, routingKey: "k" };
        expect(await publish({ ...both, consistency: "strict" }, { maximumDepth })).toMatchObject({
          status: "delivered",
        });
        await allow();
        const mailed = { routingKey: "mail-unread" };
        expect(await publish(mailed, { maximumDepth })).toMatchObject({
          status: "delivered",
          warnings: [expect.stringMatching(/^the depth of a queue could not be read: .*NOPERM/)],
        });
        await expect(publish({ ...both, consistency: "strict" }, { maximumDepth })).rejects.toMatchObject(
          refused,
        );
        await pause(1_050);
        await expect(publish(both, { maximumDepth })).rejects.toMatchObject(refused);
      });

      it("handing over a secret takes ltrim, expire, lrange and a key of its own", async () => {
        const key = "_kombu-edge.handover.source";
        const commands = [
          ["LPUSH", key, "x"],
          ["LTRIM", key, "0", "4"],
          ["EXPIRE", key, "60"],
          ["LRANGE", key, "0", "-1"],
        ] as const;
        const run = async () =>
          (await new Channel(front).send(commands)).map((reply) =>
            "error" in reply ? reply.error.code : "ok",
          );
        await allow();
        expect(await run()).toEqual(new Array(4).fill("unauthorised"));
        await allow("+ltrim", "+expire", "+lrange", "~_kombu-edge.handover.*");
        expect(await run()).toEqual(new Array(4).fill("ok"));
      });
    });
  },
);
