/** @module Requests of webhook senders that are nearly right: nothing is queued but what was signed, and that once. */
import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { BODIES } from "./bodies.ts";
import { each } from "./pool.ts";
import { CANARIES, type World } from "./world.ts";

type Headers = readonly (readonly [string, string])[];

const BODY = '{"id":"evt_1","type":"hostile.event","action":"x"}';
const JSON_TYPE = ["content-type", "application/json"] as const;

function hmac(secret: string | Buffer, text: string, encoding: "hex" | "base64" = "hex"): string {
  return createHmac("sha256", secret).update(text).digest(encoding);
}

const seconds = () => Math.floor(Date.now() / 1000);

/** What each source's sender sends, at a time of its clock. */
const SIGNED: Readonly<Record<string, (body: string, at: number | string) => Headers>> = {
  github: (body) => [
    ["x-hub-signature-256", `sha256=${hmac(CANARIES.github, body)}`],
    ["x-github-event", "push"],
    ["x-github-delivery", "hostile-delivery"],
  ],
  stripe: (body, at) => [["stripe-signature", `t=${at},v1=${hmac(CANARIES.stripe, `${at}.${body}`)}`]],
  standard: (body, at) => {
    const key = Buffer.from(CANARIES.standard.slice(6), "base64");
    return [
      ["webhook-id", "msg_hostile"],
      ["webhook-timestamp", String(at)],
      ["webhook-signature", `v1,${hmac(key, `msg_hostile.${at}.${body}`, "base64")}`],
    ];
  },
  slack: (body, at) => [
    ["x-slack-request-timestamp", String(at)],
    ["x-slack-signature", `v0=${hmac(CANARIES.slack, `v0:${at}:${body}`)}`],
  ],
};
const SOURCES = Object.keys(SIGNED);
const TIMED = ["stripe", "standard", "slack"];

/** The header with the signature. */
function isSignature([name]: readonly [string, string]): boolean {
  return name.includes("signature");
}

/** What is done to it so that it is no longer one. */
const CHANGES: Readonly<Record<string, (value: string) => string>> = {
  "is empty": () => "",
  "has another last digit": (value) => value.slice(0, -1) + (value.endsWith("0") ? "1" : "0"),
  "is cut": (value) => value.slice(0, -2),
  "goes on": (value) => `${value}00`,
  "is of another algorithm": (value) =>
    value.replace("sha256=", "sha1=").replace("v1", "v2").replace("v0=", "v1="),
  "is of the empty key": () => `sha256=${hmac("", BODY)}`,
  "has white space in it": (value) => value.replace(/(.{20})/, "$1 "),
  "is one of ten thousand": (value) => `${value.replace(/.$/, "x")},`.repeat(10_000).slice(0, 60_000),
  "is of full-width digits": (value) => value.replace(/\d/g, "\u00b2"),
  "is nothing but padding": () => "v1,====",
};

/** The suite. */
export function senders(world: () => World): void {
  const send = (source: string, headers: Headers, body: string | Uint8Array = BODY, method = "POST") =>
    world().attack(
      { method, target: `/v1/webhooks/${source}`, headers: [JSON_TYPE, ...headers], body },
      { byRuntime: true },
    );
  const queued = async () => Number(await world().redis("LLEN", "celery"));

  describe("senders", () => {
    beforeEach(async () => {
      const guards = (await world().redis("KEYS", "_kombu-edge.guard.*")) as string[];
      await world().redis("DEL", "celery", "_kombu.binding.webhooks", ...guards);
      await world().redis("SADD", "_kombu.binding.webhooks", "#\u0006\u0016^.*?$\u0006\u0016celery");
    });

    test.each(SOURCES)("%s: what is signed is queued, and once however often it comes", async (source) => {
      const headers = SIGNED[source]!(BODY, seconds());
      for (let times = 0; times < 5; times++) {
        const { status } = await send(source, headers);
        expect(status).toBeLessThan(300);
      }
      expect(await queued()).toBe(1);
    });

    test.each(SOURCES)("%s: nothing else is", async (source) => {
      const good = SIGNED[source]!(BODY, seconds());
      const attempts: Headers[] = Object.values(CHANGES).map((change) =>
        good.map((header) => (isSignature(header) ? [header[0], change(header[1])] : header)),
      );
      attempts.push(
        [],
        good.filter((header) => !isSignature(header)),
      );
      // A proxy joins repeated headers: neither may be taken for the other.
      const wrong = ["x-hub-signature-256", "sha256=00"] as const;
      if (source === "github") attempts.push([wrong, ...good], [...good, wrong]);
      for (const headers of attempts) {
        const { status, body } = await send(source, headers);
        expect([status >= 400 || status === 0, body.includes("mismatch")]).toEqual([true, false]);
      }
      for (const body of [`${BODY} `, "", BODY.replace("x", "y"), `\ufeff${BODY}`]) {
        expect((await send(source, good, body)).status).toBeGreaterThanOrEqual(400);
      }
      expect(await queued()).toBe(0);
    });

    test.each(TIMED)("%s: nor what is signed for another time", async (source) => {
      const now = seconds();
      const times = [
        now - 3_600,
        now + 3_600,
        0,
        -now,
        now * 1_000,
        `${now}.5`,
        `+${now}`,
        ` ${now}`,
        "0x1",
        "1e99",
        "NaN",
        "",
      ];
      for (const at of times) {
        const { status } = await send(source, SIGNED[source]!(BODY, at));
        expect([at, status >= 400]).toEqual([at, true]);
      }
      expect(await queued()).toBe(0);
    });

    test("every body, signed and not", async () => {
      await each(
        BODIES.filter(({ bytes, heavy }) => !heavy && bytes.length < 200_000),
        async ({ bytes, type = "application/json" }) => {
          const body = Buffer.from(bytes);
          for (const source of ["github", "slack"]) {
            const text = body.toString("latin1");
            const at = seconds();
            const mac = (secret: string, before: string) =>
              createHmac("sha256", secret).update(before).update(body).digest("hex");
            const headers: Headers =
              source === "github"
                ? [
                    ["x-hub-signature-256", `sha256=${mac(CANARIES.github, "")}`],
                    ["x-github-event", text.slice(0, 5)],
                  ]
                : [
                    ["x-slack-request-timestamp", String(at)],
                    ["x-slack-signature", `v0=${mac(CANARIES.slack, `v0:${at}:`)}`],
                  ];
            const target = `/v1/webhooks/${source}`;
            await world().attack(
              { target, headers: [["content-type", type], ...headers], body },
              { byRuntime: true },
            );
            await world().attack({ target, headers: [["content-type", type]], body }, { byRuntime: true });
          }
        },
      );
    });

    test("why is in the log, and nowhere else", () => {
      expect(world().log.filter((line) => line.includes("mismatch")).length).toBeGreaterThan(10);
    });

    test("a challenge is not echoed to whoever asks", async () => {
      const challenge =
        '{"type":"url_verification","challenge":"<script>canary-body-99ff</script>","token":"x"}';
      expect((await send("slack", [], challenge)).status).toBeGreaterThanOrEqual(400);
      for (const method of ["GET", "OPTIONS"]) {
        for (const source of SOURCES) {
          const target = `/v1/webhooks/${source}?hub.mode=subscribe&hub.challenge=${CANARIES.body}&hub.verify_token=&challenge=${CANARIES.body}&crc_token=${CANARIES.body}`;
          await world().attack({ method, target, headers: [["webhook-request-origin", "evil.example"]] });
        }
      }
    });
  });
}
