/** @module Who may send: write keys, tokens, origins, limits; and what browsers and CloudEvents senders are told. */
import { describe, expect, it } from "vitest";
import { environment, expectProblem, TOKEN } from "../client.ts";
import { countingLimit } from "../counting_limit.ts";
import { NDJSON, stream, WRITE_KEY } from "./stream.ts";

const BODY = '{"id":1}';
const PAGE = "https://shop.example";

async function sha256(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("a write key", () => {
  it.each([
    ["in the query", { body: BODY }],
    [
      "as the user of basic authentication",
      { key: null, body: BODY, headers: { authorization: `Basic ${btoa(`${WRITE_KEY}:`)}` } },
    ],
    ["in the body", { key: null, body: `{"id":1,"write_key":"${WRITE_KEY}"}` }],
    ["in a form", { key: null, body: `data=${BODY}&write_key=${WRITE_KEY}` }],
  ])("%s lets in, and is not queued", async (_name, sent) => {
    const { send, queued } = stream();
    expect((await send(sent)).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect((await queued())[0].data).toEqual({ id: 1 });
  });

  it.each([
    ["wrong in the query", { key: "pk_other_key", body: BODY }],
    ["wrong in the body", { key: null, body: '{"id":1,"write_key":"pk_other_key"}' }],
    [
      "wrong as a user",
      { key: null, body: BODY, headers: { authorization: `Basic ${btoa("pk_other_key:")}` } },
    ],
    ["missing", { key: null, body: BODY }],
    ["missing before lines", { key: null, body: BODY, headers: NDJSON }],
    ["missing before nothing", { key: null, body: "[]" }],
    ["of another kind in the body", { key: null, body: '{"id":1,"write_key":["pk_test_key"]}' }],
  ])("%s keeps out", async (_name, sent) => {
    const { send, queued } = stream();
    const answer = await send(sent);
    expectProblem(answer, 401, "unauthenticated");
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await queued()).toEqual([]);
  });
});

describe("an API token", () => {
  it.each([
    ["as a bearer's", { headers: { authorization: `Bearer ${TOKEN}` } }],
    ["in the query, as CloudEvents senders may", { query: `access_token=${TOKEN}` }],
  ])("%s lets in, with or without write keys", async (_name, sent) => {
    for (const writeKeys of [[], [WRITE_KEY]]) {
      const { send } = stream({ writeKeys });
      expect((await send({ ...sent, key: null, body: BODY })).status).toBe(202);
    }
  });

  it("needs the right to the stream", async () => {
    const { send } = stream();
    const API_TOKENS = JSON.stringify({
      mobile: { sha256: await sha256("mobile-token"), allow: ["events:clicks"] },
      other: { sha256: await sha256("other-token"), allow: ["events:views", "queue:*"] },
    });
    const env = environment({ API_TOKENS });
    const as = (token: string) =>
      send({ key: null, body: BODY, env, headers: { authorization: `Bearer ${token}` } });
    expect((await as("mobile-token")).status).toBe(202);
    expectProblem(await as("other-token"), 403, "forbidden", { right: "events:clicks" });
    expectProblem(await as("no-token"), 401, "unauthenticated");
  });

  it("is the only way in where no write key is configured, and none is open by omission", async () => {
    const { send } = stream({ writeKeys: [] });
    expectProblem(await send({ body: BODY }), 401, "unauthenticated");
    expectProblem(await send({ body: BODY, env: environment({ API_TOKEN: "" }) }), 503, "not-configured");
  });
});

it("answers 404 for a stream that is not configured", async () => {
  expectProblem(await stream().send({ path: "/v1/events/views", body: BODY }), 404, "not-found");
});

describe("pages", () => {
  const origins = [PAGE, "https://*.shop.example"];

  it("of a named origin are let in and see the answer", async () => {
    const { send } = stream({ origins });
    for (const origin of [PAGE, "https://m.shop.example", "https://a.b.shop.example"]) {
      const answer = await send({ headers: { origin }, body: BODY });
      expect(answer.status).toBe(202);
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
      expect(answer.headers.get("access-control-expose-headers")).toBe("retry-after");
      expect(answer.headers.get("vary")).toBe("Origin");
    }
  });

  it("see failures too", async () => {
    const { send } = stream({ origins });
    const answer = await send({ key: "pk_other_key", headers: { origin: PAGE }, body: BODY });
    expectProblem(answer, 401, "unauthenticated");
    expect(answer.headers.get("access-control-allow-origin")).toBe(PAGE);
  });

  it.each([
    "https://evil.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://evilshop.example",
    "https://shop.example.evil.example",
    "https://.shop.example",
    "null",
  ])("of %s are kept out before anything is read", async (origin) => {
    const { send, queued } = stream({ origins });
    const answer = await send({ headers: { origin }, body: BODY });
    expectProblem(answer, 403, "origin-not-allowed");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(answer.headers.get("vary")).toBe("Origin");
    expect(await queued()).toEqual([]);
  });

  it("are kept out where no origin is configured, but for the gateway's own", async () => {
    const { send } = stream();
    expectProblem(await send({ headers: { origin: PAGE }, body: BODY }), 403, "origin-not-allowed");
    expect((await send({ headers: { origin: "https://gateway.test" }, body: BODY })).status).toBe(202);
  });

  it("of any origin get no credentials where all are allowed", async () => {
    const { send } = stream({ origins: ["*"] });
    const { status, headers } = await send({ headers: { origin: "null" }, body: BODY });
    expect(status).toBe(202);
    expect(headers.get("access-control-allow-origin")).toBe("null");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("are answered 204 when no script will see the answer", async () => {
    const { send } = stream({ origins });
    const answer = await send({ headers: { origin: PAGE, "sec-fetch-mode": "no-cors" }, body: BODY });
    expect([answer.status, answer.text]).toEqual([204, ""]);
  });

  it("are told by a preflight what they may send", async () => {
    const { send } = stream({ origins });
    const preflight = {
      origin: PAGE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };
    const { status, headers } = await send({ method: "OPTIONS", key: null, headers: preflight });
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe(PAGE);
    expect(headers.get("access-control-allow-methods")).toBe("POST, OPTIONS");
    expect(headers.get("access-control-allow-headers")).toBe(
      "authorization, ce-dataschema, ce-id, ce-source, ce-specversion, ce-subject, ce-time, ce-type, content-encoding, content-type, idempotency-key",
    );
    expect(headers.get("access-control-max-age")).toBe("86400");
    expect(headers.get("vary")).toBe("Origin");
    const refused = await send({
      method: "OPTIONS",
      key: null,
      headers: { ...preflight, origin: "https://evil.example" },
    });
    expectProblem(refused, 403, "origin-not-allowed");
  });
});

describe("the CloudEvents handshake", () => {
  const ask = { "webhook-request-origin": "eventgrid.example", "webhook-request-rate": "120" };

  it("grants deliveries to a configured sender", async () => {
    const { send } = stream({ handshake: { origins: ["eventgrid.example"], requestsPerMinute: 120 } });
    const { status, headers } = await send({ method: "OPTIONS", key: null, headers: ask });
    expect(status).toBe(204);
    expect(headers.get("webhook-allowed-origin")).toBe("eventgrid.example");
    expect(headers.get("webhook-allowed-rate")).toBe("120");
    expect(headers.get("allow")).toBe("POST, OPTIONS");
  });

  it("refuses another, and everybody where nothing is configured", async () => {
    for (const handshake of [undefined, { origins: ["other.example"] }]) {
      const { send } = stream(handshake && { handshake });
      expectProblem(await send({ method: "OPTIONS", key: null, headers: ask }), 403, "origin-not-allowed");
    }
  });
});

describe("rate limits", () => {
  const rateLimits = { address: "BY_ADDRESS", key: "BY_KEY" };
  const from = (address: string) => ({ "cf-connecting-ip": address });

  it("by address come before the body, by key after the sender is known: junk uses up nobody's budget", async () => {
    const { send } = stream({ rateLimits });
    const [BY_ADDRESS, BY_KEY] = [countingLimit(2), countingLimit(9)];
    const env = environment({ BY_ADDRESS, BY_KEY });
    const junk = () => send({ env, key: "pk_other_key", headers: from("203.0.113.9"), body: "junk" });
    expectProblem(await junk(), 401, "unauthenticated");
    expectProblem(await junk(), 401, "unauthenticated");
    const limited = await junk();
    expectProblem(limited, 429, "rate-limited");
    expect(limited.headers.get("retry-after")).toBe("10");
    expect(BY_KEY.keys).toEqual([]);
    expect((await send({ env, headers: from("203.0.113.10"), body: BODY })).status).toBe(202);
    expect(BY_KEY.keys).toEqual(["clicks:key:pk_test_key"]);
    expect(BY_ADDRESS.keys.at(-1)).toBe("clicks:203.0.113.10");
  });

  it("by key count a key that comes in the body", async () => {
    const { send, queued } = stream({ rateLimits: { key: "BY_KEY" } });
    const env = environment({ BY_KEY: countingLimit(1) });
    const body = `{"write_key":"${WRITE_KEY}"}`;
    expect((await send({ env, key: null, body })).status).toBe(202);
    expectProblem(await send({ env, key: null, body }), 429, "rate-limited");
    expect(await queued()).toHaveLength(1);
  });

  it("count addresses of IPv6 by their network", async () => {
    const { send } = stream({ rateLimits: { address: "BY_ADDRESS" } });
    const BY_ADDRESS = countingLimit(9);
    const env = environment({ BY_ADDRESS });
    await send({ env, headers: from("2001:db8:1:2:3:4:5:6"), body: BODY });
    await send({ env, headers: from("2001:0DB8:1:2::9"), body: BODY });
    expect(BY_ADDRESS.keys).toEqual(["clicks:2001:db8:1:2::", "clicks:2001:db8:1:2::"]);
  });

  it("that are configured but not bound close the stream", async () => {
    const answer = await stream({ rateLimits }).send({ body: BODY });
    expectProblem(answer, 503, "not-configured", {
      detail: "BY_ADDRESS is not a rate-limiting binding of this deployment",
    });
  });
});
