import { readFileSync } from "node:fs";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import { Channel } from "../../src/channel.ts";
import { Exchange, Queue } from "../../src/entity.ts";
import { Producer } from "../../src/producer.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import { discardDead, drain, listDead, oldestDead, replayDead } from "../../src/spool/index.ts";

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

    beforeAll(async () => {
      await admin.connect();
      await admin.sendCommand(["ACL", "SETUSER", "publisher", "reset", "on", ">secret", ...rule.split(" ")]);
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
      const further = documentation.match(/`([^`]*zadd[^`]*)`/)![1]!;
      await admin.sendCommand(["ACL", "SETUSER", "publisher", ...further.split(/[,\s]+/)]);
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
  },
);
