/** @module Signed messages, to a worker that accepts nothing else. */
import { describe, expect, test } from "vitest";
import { Celery, chain, signer } from "../../../src/celery/index.ts";
import { Channel } from "../../../src/index.ts";
import { pause, type World } from "./world.ts";

export function securityTests(world: () => World): void {
  const channel = () =>
    new Channel({ url: world().redis.url, token: world().redis.token }, { globalKeyprefix: "signed:" });
  const signing = () =>
    new Celery(channel(), { security: signer({ ...world().keys, format: world().version.authFormat }) });
  const list = "signed:celery";

  describe("signed messages", () => {
    test("are accepted, unicode and all", async () => {
      const result = await signing().sendTask("tasks.echo", { args: ["signé ☃"], kwargs: { n: 1 } });
      expect(await result.get()).toEqual({ args: ["signé ☃"], kwargs: { n: 1 } });
    });

    test("carry a canvas that the worker goes on signing", async () => {
      const app = signing();
      const add = app.task<[number, number], number>("tasks.add");
      const result = await chain(add.s(1, 1), add.s(2), add.s(3)).applyAsync();
      expect(await result.get()).toBe(7);
    });

    test("reach the mailbox too", async () => {
      expect(await signing().control.ping()).toEqual({ "signed@test": { ok: "pong" } });
    });

    test.for(["tampered with", "signed by a stranger", "not signed"])(
      "one that is %s is refused",
      async (how) => {
        const key = how.replaceAll(" ", "-");
        const app = how === "not signed" ? new Celery(channel()) : signing();
        // To a queue that nobody reads, to take it from there.
        const result = await app.sendTask("tasks.mark", { args: [key], queue: "aside" });
        const [popped] = await world().channel.send([["RPOP", "signed:aside"]]);
        const text = (popped as { result: string }).result;
        const message = JSON.parse(text) as {
          body: string;
          properties: { delivery_info: { routing_key: string } };
        };
        message.properties.delivery_info.routing_key = "celery";
        if (how === "tampered with") {
          const packed = Buffer.from(Buffer.from(message.body, "base64").toString("latin1"), "base64");
          const at = packed.lastIndexOf(key);
          packed[at] = packed[at]! + 1;
          message.body = Buffer.from(packed.toString("base64")).toString("base64");
        }
        if (how === "signed by a stranger") {
          const { privateKey } = (await crypto.subtle.generateKey(
            {
              name: "RSA-PSS",
              modulusLength: 2048,
              publicExponent: new Uint8Array([1, 0, 1]),
              hash: "SHA-256",
            },
            false,
            ["sign", "verify"],
          )) as CryptoKeyPair;
          const { certificate } = world().keys;
          const security = signer({ privateKey, certificate, format: world().version.authFormat });
          await new Celery(channel(), { security }).sendTask("tasks.mark", { args: [key] });
        } else {
          await world().channel.send([["LPUSH", list, JSON.stringify(message)]]);
        }
        // The next honest one is run, so the refused one was looked at.
        const next = await signing().sendTask("tasks.add", { args: [1, 1] });
        expect(await next.get()).toBe(2);
        await pause(100);
        expect(await world().marks(key, 1, 0)).toEqual([]);
        expect(await result.state()).toBe("PENDING");
      },
    );

    test("the worker is shut down from here", async () => {
      const { process } = world().workers.signed;
      const exited = new Promise((resolve) => process.once("exit", resolve));
      expect(await signing().control.shutdown({ destination: ["signed@test"] })).toBe(1);
      expect(await exited).toBe(0);
    });
  });
}
