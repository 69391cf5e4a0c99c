/** @module The circuit before a real Redis that fails on purpose, in whichever runtime; registered by a test file for each. */
import { beforeAll, describe, expect, inject, it } from "vitest";
import { Channel } from "../../src/channel.ts";
import type { ChannelOptions } from "../../src/delivery/channel_options.ts";
import { CircuitOpenError, UnavailableError } from "../../src/errors.ts";
import { Producer } from "../../src/producer.ts";
import { withCircuit } from "../../src/redis/circuit.ts";
import type { Connection } from "../../src/redis/client.ts";
import type { Fault } from "../faults.ts";
import { broken, pause } from "./broken.ts";

const circuit = { failures: 3, pause: 300, maximumPause: 10_000, probeTimeout: 300 };

/** A channel whose first so many requests fail, as one of many requests would make it. */
function failing(fault: Fault, times: number, options: ChannelOptions = {}) {
  const proxy = broken(fault, times);
  const works: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void works.push(work);
  const make = (more: ChannelOptions = {}) => new Channel(proxy, { circuit, ...options, ...more });
  const publish = async (channel = make(), signal?: AbortSignal) =>
    await new Producer(channel).publish(1, { routingKey: proxy.name, signal }).catch((error) => error);
  const stored = () => new Channel({ url: inject("redisHttpUrl"), token: proxy.token }).queueSize(proxy.name);
  return { ...proxy, make, publish, stored, works, waitUntil };
}

/** Registers the tests. */
export function describeCircuits(runtime: string): void {
  describe(`the circuit in ${runtime}`, () => {
    // Vitest takes a while to load it; a built module is there at once.
    beforeAll(async () => void (await import("../../src/redis/open_circuit.ts")));

    it.each(["reset-before", "loading", "html", "json-503"] as const)(
      "opens after repeated failures (%s), sends nothing while open, probes, and closes",
      async (fault) => {
        const { make, publish, requests, works, waitUntil, stored } = failing(fault, 3);
        const channel = make({ waitUntil });
        for (let count = 0; count < 3; count++) {
          expect(channel.circuit).toBe("closed");
          expect(await publish()).toMatchObject({
            code: fault === "loading" ? "unavailable" : "outcome-unknown",
          });
        }
        await pause(20);
        expect(channel.circuit).toBe("open");
        // Of the isolate, not of the channel.
        for (const each of [channel, make(), make({ waitUntil })]) {
          const error = await publish(each);
          expect(error).toBeInstanceOf(CircuitOpenError);
          expect(error).toMatchObject({ code: "unavailable", retryAfter: 1 });
          expect(error.deliveryTag).toMatch(/^[0-9a-f-]{36}$/);
        }
        expect(await requests()).toBe(3);
        const applied = await stored();
        await pause(320);
        // One probe, in the background; whoever starts it does not wait for it, nor do others.
        const errors = await Promise.all([publish(channel), publish(channel), publish(make({ waitUntil }))]);
        for (const error of errors) expect(error).toBeInstanceOf(CircuitOpenError);
        await Promise.all(works);
        await pause(20);
        expect(await requests()).toBe(4);
        expect(channel.circuit).toBe("closed");
        expect(await publish()).toMatchObject({ status: "delivered" });
        expect(await stored()).toBe(applied + 1);
      },
    );

    it("doubles the pause with each failed probe", async () => {
      const { make, publish, requests, waitUntil } = failing("reset-before", 5);
      const channel = make({ waitUntil, circuit: { ...circuit, pause: 200 } });
      const probes = async () => {
        await publish(channel);
        await pause(50);
        return await requests();
      };
      for (let count = 0; count < 3; count++) await publish(channel);
      await pause(210);
      expect(await probes()).toBe(4);
      await pause(210);
      expect(await probes()).toBe(4);
      await pause(210);
      expect(await probes()).toBe(5);
      await pause(410);
      expect(await probes()).toBe(5);
      expect(channel.circuit).toBe("open");
      await pause(410);
      expect(await probes()).toBe(6);
      expect(channel.circuit).toBe("closed");
    });

    it("without waitUntil lets one request through to find out, and the others not", async () => {
      const { make, publish, requests, stored } = failing("reset-before", 4);
      const channel = make();
      for (let count = 0; count < 3; count++) await publish(channel);
      await pause(320);
      const [first, second] = await Promise.all([publish(channel), publish(channel)]);
      expect(first).toMatchObject({ code: "outcome-unknown" });
      expect(second).toBeInstanceOf(CircuitOpenError);
      expect(await requests()).toBe(4);
      await pause(320);
      expect(await publish(channel)).toBeInstanceOf(CircuitOpenError);
      await pause(320);
      expect(await publish(channel)).toMatchObject({ status: "delivered" });
      expect(channel.circuit).toBe("closed");
      expect(await stored()).toBe(1);
    });

    it.each(["quota", "401", "garbage"] as const)("an answer, if only %s, is no failure", async (fault) => {
      const { make, publish, requests } = failing(fault, 8);
      for (let count = 0; count < 8; count++) await publish();
      expect(await requests()).toBe(8);
      expect(make().circuit).toBe("closed");
    });

    it("a refusal in between shows that the database is there", async () => {
      const { make, publish, name } = failing("reset-before", 2);
      const channel = make();
      await publish(channel);
      await publish(channel);
      await channel.send([["SET", `${name}:text`, "x"]]);
      expect(await channel.send([["LPUSH", `${name}:text`, "y"]])).toMatchObject([
        { error: { code: "refused" } },
      ]);
      expect(channel.circuit).toBe("closed");
      await channel.send([["DEL", `${name}:text`]]);
    });

    it("callers who give up sooner than a probe would say nothing about the database", async () => {
      const { make, publish, requests } = failing("stall", 8);
      const channel = make();
      for (let count = 0; count < 4; count++) {
        expect(await publish(channel, AbortSignal.timeout(50))).toMatchObject({ code: "timed-out" });
      }
      const gone = new AbortController();
      const left = publish(channel, gone.signal);
      gone.abort(new Error("gone"));
      await left;
      await pause(20);
      expect(channel.circuit).toBe("closed");
      // These gave it time enough.
      for (let count = 0; count < 3; count++) await publish(channel, AbortSignal.timeout(310));
      await pause(20);
      expect(channel.circuit).toBe("open");
      expect(await requests()).toBeLessThanOrEqual(8);
    });

    it("the channel's own time limit counts, however short", async () => {
      const { make, publish } = failing("stall", 3);
      const channel = make({ timeout: 60 });
      for (let count = 0; count < 3; count++)
        expect(await publish(channel)).toMatchObject({ code: "timed-out" });
      await pause(20);
      expect(channel.circuit).toBe("open");
    });

    it("a retry does not wait for a database that is given a pause", async () => {
      const { make, requests, name } = failing("reset-before", 3);
      const producer = new Producer(make({ circuit: { ...circuit, pause: 5_000 } }));
      const begin = Date.now();
      const options = { routingKey: name, retry: true, retryPolicy: { maxRetries: 20, intervalStart: 0.05 } };
      // An open circuit does not say what became of the attempts before it.
      await expect(producer.publish(1, options)).rejects.toMatchObject({
        code: "outcome-unknown",
        cause: expect.any(CircuitOpenError),
      });
      expect(Date.now() - begin).toBeLessThan(2_000);
      expect(await requests()).toBe(3);
    });

    it("whoever must know asks all the same, and closes it", async () => {
      const { make, publish, requests } = failing("reset-before", 4);
      const channel = make({ circuit: { ...circuit, pause: 60_000, maximumPause: 60_000 } });
      for (let count = 0; count < 3; count++) await publish(channel);
      expect(await publish(channel)).toMatchObject({ retryAfter: 60 });
      await expect(channel.send([["PING"]], { probe: true })).rejects.toMatchObject({
        code: "outcome-unknown",
      });
      // The schedule stays as it was.
      expect(await publish(channel)).toMatchObject({ retryAfter: 60 });
      expect(await channel.send([["PING"]], { probe: true })).toEqual([{ result: "PONG" }]);
      expect(await publish(channel)).toMatchObject({ status: "delivered" });
      expect(await requests()).toBe(6);
    });

    it("a batch is one failure, not one for each message", async () => {
      const { make, name } = failing("reset-before", 1);
      const channel = make();
      const messages = Array.from({ length: 10 }, () => ({ body: 1, routingKey: name }));
      expect(await new Producer(channel).publishMany(messages)).toMatchObject(
        messages.map(() => ({ status: "failed", error: { code: "outcome-unknown" } })),
      );
      expect(channel.circuit).toBe("closed");
    });

    it("is off unless asked for", async () => {
      const { make, publish, requests } = failing("reset-before", 8, { circuit: false });
      for (let count = 0; count < 8; count++) await publish();
      expect(await requests()).toBe(8);
      expect(make().circuit).toBeUndefined();
    });

    it("a probe whose request died keeps it open no longer than a probe may take", async () => {
      // Nothing real can be made to never settle: this connection is the test's own.
      const sent: string[] = [];
      let isDead = false;
      const connection: Connection = {
        database: crypto.randomUUID(),
        send: async ([command]) => {
          sent.push(command![0]);
          if (isDead) await new Promise(() => {});
          throw new UnavailableError("away");
        },
      };
      const guarded = withCircuit(connection, { ...circuit, pause: 50, timeout: 1_000 }, () => {});
      const ask = () => guarded.send([["SET", "a", "b"]], { atomic: false }).catch((error) => error);
      for (let count = 0; count < 3; count++) await ask();
      await pause(80);
      isDead = true;
      await ask();
      await ask();
      expect(sent).toEqual(["SET", "SET", "SET", "PING"]);
      expect(guarded.circuit).toBe("half-open");
      await pause(320);
      expect(guarded.circuit).toBe("open");
      await ask();
      expect(sent).toEqual(["SET", "SET", "SET", "PING", "PING"]);
    });

    it("remembers a hundred databases and no more", async () => {
      const fail = async (database: string) => {
        const send = async () => {
          throw new UnavailableError("away");
        };
        const guarded = withCircuit({ database, send }, { ...circuit, failures: 1, timeout: 1_000 });
        await guarded.send([["PING"]], { atomic: false }).catch(() => {});
        await pause(0);
        return guarded;
      };
      const first = await fail(`first-${runtime}`);
      expect(first.circuit).toBe("open");
      for (let count = 0; count < 100; count++) await fail(`further-${count}`);
      expect(first.circuit).toBe("closed");
    });

    it.each([
      [{ failures: 0 }, '"circuit.failures" must be a whole number above 0'],
      [{ pause: 1.5 }, '"circuit.pause" must be a whole number above 0'],
      [{ probeTimeout: "1" }, '"circuit.probeTimeout" must be a whole number above 0'],
      [{ pauses: 1 }, '"circuit.pauses" is not a known option'],
      [true, '"circuit" must be an object'],
      [null, '"circuit" must be an object'],
    ])("options %j are refused: %s", (given, message) => {
      expect(() => failing("pass", 0).make({ circuit: given as never })).toThrow(message);
    });
  });
}
