/** @module Who may call, over HTTP. */
import { describe, expect, test } from "vitest";
import { client, environment, expectProblem, fresh, redis, requestsDuring } from "../client.ts";

const ask = client();
/** SHA-256 of `shop-token` and of `ops-token`. */
const SHOP = "88cc4600551e64b7cb97dd7f63ebad405255e5d17bdd71ee9fe1ed5cc20d0b3b";
const OPS = "d9310c002af91822beb0b3487d8b04f85bf6bf1f8a5496bff7d35fc7c5a29def";
const env = environment({
  API_TOKEN: undefined,
  API_TOKENS: JSON.stringify({
    shop: { sha256: SHOP, allow: ["publish:orders-*", "queue:mail-*"] },
    ops: { sha256: OPS.toUpperCase(), allow: ["read", "manage"] },
  }),
});

describe("a caller is", () => {
  test.each([
    ["without a token", undefined, 401, "unauthenticated", "Bearer"],
    ["with an unknown token", "Bearer wrong", 401, "unauthenticated", 'Bearer error="invalid_token"'],
    ["with a prefix of a token", "Bearer shop-toke", 401, "unauthenticated", 'Bearer error="invalid_token"'],
    ["with a token's hash", `Bearer ${SHOP}`, 401, "unauthenticated", 'Bearer error="invalid_token"'],
    [
      "of another scheme",
      "Basic c2hvcDp0b2tlbg==",
      400,
      "malformed-authorization",
      'Bearer error="invalid_request"',
    ],
    ["with an empty token", "Bearer ", 400, "malformed-authorization", 'Bearer error="invalid_request"'],
    ["with two tokens", "Bearer a b", 400, "malformed-authorization", 'Bearer error="invalid_request"'],
  ])("%s", async (_name, authorization, status, code, challenge) => {
    const queue = fresh("mail");
    const { result: answer, requests } = await requestsDuring(() =>
      ask("POST", `/v1/queues/${queue}/messages`, {
        env,
        token: undefined,
        ...(authorization !== undefined && { headers: { authorization } }),
        body: "x",
      }),
    );
    expectProblem(answer, status, code);
    expect(answer.headers.get("www-authenticate")).toBe(challenge);
    expect(requests).toBe(0);
    expect(await redis.exists(queue)).toBe(0);
  });
});

test("every wrong token gets the very same answer, whatever it asks for", async () => {
  const answers = [];
  for (const token of ["a", "shop-tokem", "ops-token0", OPS, "x".repeat(5_000)]) {
    for (const path of [
      "/v1/queues/mail-1/messages",
      "/v1/exchanges/other/messages?nonsense=1",
      "/v1/messages",
    ]) {
      const { status, text, headers } = await ask("POST", path, { env, token, body: "x" });
      answers.push(JSON.stringify([status, text, [...headers]]));
    }
  }
  expect(new Set(answers).size).toBe(1);
});

test("the scheme's case and further spaces do not matter", async () => {
  const answer = await ask("POST", `/v1/queues/${fresh("mail")}/messages`, {
    env,
    token: undefined,
    headers: { authorization: "bearer   shop-token " },
    body: "x",
  });
  expect(answer.status).toBe(202);
});

describe("a token that was accepted a moment ago", () => {
  const status = async (over: Record<string, unknown>, token: string) =>
    (await ask("GET", `/v1/queues/${fresh("remembered")}`, { env: { ...env, ...over }, token })).status;

  test("is accepted again, and no other in its place", async () => {
    const named = { API_TOKENS: undefined, API_TOKEN: "first-token" };
    expect([await status(named, "first-token"), await status(named, "first-token")]).toEqual([200, 200]);
    for (const other of ["first-toke", "first-tokem", "first-token0", "f", "FIRST-TOKEN", ""])
      expect(await status(named, other)).not.toBe(200);
    expect(await status(named, "first-token")).toBe(200);
  });

  test("is refused as soon as the environment no longer names it", async () => {
    const before = { API_TOKENS: undefined, API_TOKEN: "old-token" };
    expect([await status(before, "old-token"), await status(before, "old-token")]).toEqual([200, 200]);
    expect(await status({ ...before, API_TOKEN: "new-token" }, "old-token")).toBe(401);
    expect(await status({ ...before, API_TOKEN: "new-token" }, "new-token")).toBe(200);
    expect(await status({ ...before, API_TOKEN: "new-token" }, "old-token")).toBe(401);
  });

  test("keeps its own rights, with others remembered beside it", async () => {
    for (let turn = 0; turn < 3; turn++) {
      expect(await status({}, "ops-token")).toBe(200);
      expect(await status({}, "shop-token")).toBe(403);
    }
    // More than are remembered.
    for (let count = 0; count < 20; count++) expect(await status({}, `unknown-${count}`)).toBe(401);
    const spellings = Array.from({ length: 20 }, (_, count) => " ".repeat(count + 1));
    for (const spaces of spellings) {
      const answer = await ask("GET", `/v1/queues/${fresh("remembered")}`, {
        env,
        token: undefined,
        headers: { authorization: `Bearer${spaces}ops-token` },
      });
      expect(answer.status).toBe(200);
    }
    expect(await status({}, "shop-token")).toBe(403);
  });
});

describe("a right is needed for", () => {
  test.each([
    ["shop-token", "POST", "/v1/queues/other/messages", "queue:other"],
    ["shop-token", "POST", "/v1/exchanges/invoices/messages?routing_key=a", "publish:invoices"],
    ["ops-token", "POST", "/v1/queues/mail-1/messages", "queue:mail-1"],
    ["shop-token", "GET", "/v1/queues", "read"],
    ["shop-token", "GET", "/v1/queues/mail-1", "read"],
    ["shop-token", "DELETE", "/v1/queues/mail-1/messages", "manage"],
    ["shop-token", "GET", "/v1/exchanges/orders-1/bindings", "read"],
    ["shop-token", "GET", "/v1/exchanges/orders-1/route?routing_key=a", "read"],
    ["shop-token", "PUT", "/v1/exchanges/orders-1/bindings", "manage"],
    ["shop-token", "DELETE", "/v1/exchanges/orders-1/bindings", "manage"],
  ])("%s %s %s", async (token, method, path, right) => {
    const { result: answer, requests } = await requestsDuring(() => ask(method, path, { env, token }));
    expectProblem(answer, 403, "forbidden", { right });
    expect(answer.headers.get("www-authenticate")).toBe('Bearer error="insufficient_scope"');
    expect(requests).toBe(0);
  });
});

test("a single message names the right of its target", async () => {
  for (const [message, right] of [
    [{ routing_key: "other", body: 1 }, "queue:other"],
    [{ exchange: "", routing_key: "other", body: 1 }, "queue:other"],
    [{ exchange: "invoices", routing_key: "other", body: 1 }, "publish:invoices"],
  ] as const) {
    expectProblem(
      await ask("POST", "/v1/messages", { env, token: "shop-token", json: message }),
      403,
      "forbidden",
      {
        right,
      },
    );
  }
  const json = { routing_key: fresh("mail"), body: 1 };
  expect((await ask("POST", "/v1/messages", { env, token: "shop-token", json })).status).toBe(202);
});

test("API_TOKEN may do everything, also besides API_TOKENS", async () => {
  const both = { ...env, API_TOKEN: "root-token" };
  expect((await ask("GET", "/v1/queues", { env: both, token: "root-token" })).status).toBe(200);
  expect((await ask("GET", "/v1/queues", { env: both, token: "ops-token" })).status).toBe(200);
  expect((await ask("GET", "/v1/queues", { env, token: "root-token" })).status).toBe(401);
});

describe("tokens are rotated without a gap:", () => {
  const publish = async (variables: Record<string, unknown>, token: string) =>
    (
      await ask("POST", `/v1/queues/${fresh("mail")}/messages`, {
        env: { ...env, ...variables },
        token,
        body: "x",
      })
    ).status;

  test("API_TOKEN and the one before it, until that is removed", async () => {
    const both = { API_TOKEN: "new-token", API_TOKEN_PREVIOUS: "old-token" };
    expect([await publish(both, "new-token"), await publish(both, "old-token")]).toEqual([202, 202]);
    const after = { API_TOKEN: "new-token", API_TOKEN_PREVIOUS: "" };
    expect([await publish(after, "new-token"), await publish(after, "old-token")]).toEqual([202, 401]);
    expect(await publish({ API_TOKEN: "new-token" }, "old-token")).toBe(401);
  });

  test("several hashes under one name, with the rights of that name", async () => {
    const tokens = (sha256: unknown) => ({
      API_TOKENS: JSON.stringify({ shop: { sha256, allow: ["queue:mail-*"] } }),
    });
    for (const token of ["shop-token", "ops-token"]) {
      expect(await publish(tokens([OPS, SHOP]), token)).toBe(202);
      const other = { env: { ...env, ...tokens([OPS, SHOP]) }, token, body: "x" };
      expectProblem(await ask("POST", "/v1/queues/other/messages", other), 403, "forbidden");
    }
    expect(await publish(tokens([OPS]), "ops-token")).toBe(202);
    expect(await publish(tokens([OPS]), "shop-token")).toBe(401);
  });
});

describe("never open by omission:", () => {
  const entry = { sha256: SHOP, allow: ["read"] };
  test.each([
    [{}, "API_TOKEN"],
    [{ API_TOKEN: "", API_TOKENS: "" }, "API_TOKEN"],
    [{ API_TOKENS: "{}" }, "API_TOKENS"],
    [{ API_TOKEN: "has space" }, "API_TOKEN"],
    [{ API_TOKENS: "{secret" }, "API_TOKENS"],
    [{ API_TOKENS: "[]" }, "API_TOKENS"],
    [{ API_TOKENS: '"all-of-it"' }, "API_TOKENS"],
    [{ API_TOKENS: JSON.stringify({ "": entry }) }, "API_TOKENS"],
    [{ API_TOKENS: JSON.stringify({ shop: null }) }, "API_TOKENS.shop"],
    [{ API_TOKENS: JSON.stringify({ shop: { ...entry, sha256: "abc" } }) }, "API_TOKENS.shop.sha256"],
    [{ API_TOKENS: JSON.stringify({ shop: { ...entry, sha256: [] } }) }, "API_TOKENS.shop.sha256"],
    [{ API_TOKENS: JSON.stringify({ shop: { ...entry, sha256: [SHOP, "abc"] } }) }, "API_TOKENS.shop.sha256"],
    [{ API_TOKENS: JSON.stringify({ shop: { ...entry, sha256: Array(5).fill(SHOP) } }) }, "up to 4"],
    [{ API_TOKEN_PREVIOUS: "all-of-it" }, "API_TOKEN is not"],
    [{ API_TOKEN: "all-of-it", API_TOKEN_PREVIOUS: "has space" }, "API_TOKEN_PREVIOUS"],
    [{ API_TOKENS: JSON.stringify({ shop: { sha256: SHOP } }) }, "API_TOKENS.shop.allow"],
    [{ API_TOKENS: JSON.stringify({ shop: { ...entry, allow: "read" } }) }, "API_TOKENS.shop.allow"],
    [
      { API_TOKENS: JSON.stringify({ shop: { ...entry, allow: ["read", "write"] } }) },
      "API_TOKENS.shop.allow[1]",
    ],
    [{ API_TOKENS: JSON.stringify({ shop: { ...entry, allows: [] } }) }, "API_TOKENS.shop.allows"],
    [{ API_TOKEN: "all-of-it", API_TOKENS: "{" }, "API_TOKENS"],
  ])("%j", async (variables, field) => {
    const closed = { ...environment(), API_TOKEN: undefined, ...variables };
    for (const token of ["all-of-it", "shop-token", undefined]) {
      const answer = await ask("POST", "/v1/queues/open/messages", { env: closed, token, body: "x" });
      expectProblem(answer, 503, "not-configured");
      expect(answer.body.detail).toContain(field);
      expect(answer.text).not.toContain("secret");
      expect(answer.headers.get("retry-after")).toBe("60");
    }
    expect(await redis.exists("open")).toBe(0);
  });
});
