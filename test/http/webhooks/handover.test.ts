/** @module Secrets that senders hand over: kept for their owner, for an hour, and only when asked for. */
import { describe, expect, test } from "vitest";
import type { SourceConfig } from "../../../src/http/gateway.ts";
import { type Ask, client, environment, expectProblem, fresh, redis } from "../client.ts";
import { line, logged } from "./sender.ts";

describe("a secret that the sender hands over", () => {
  const handed = "b537207f20cbfa02357cf448134da559";
  const asana = (name: string, more: object = {}) =>
    client({
      sources: {
        [name]: { preset: "asana", secrets: ["S"], to: { queue: "never" }, ...more } as SourceConfig,
      },
    });
  const first = (value: string): Ask => ({ token: undefined, headers: { "x-hook-secret": value }, json: {} });

  test("is kept for whoever manages the gateway, and never logged", async () => {
    const name = fresh("asana");
    const ask = asana(name, { handover: true });
    const { result, lines, text } = await logged(() => ask("POST", `/v1/webhooks/${name}`, first(handed)));
    expect([result.status, result.headers.get("x-hook-secret")]).toEqual([200, handed]);
    expect(lines).toEqual([
      line({ source: name, status: 200, handshake: "asana-secret", reason: "handed-over" }),
    ]);
    expect(text).not.toContain(handed);
    const path = `/v1/webhooks/${name}/handover`;
    expect((await ask("GET", path, { token: undefined })).status).toBe(401);
    const env = environment({
      API_TOKEN: undefined,
      API_TOKENS: JSON.stringify({
        reader: { sha256: "5f4dcc3b5aa765d61d8327deb882cf99".padEnd(64, "0"), allow: ["read"] },
      }),
    });
    expect((await ask("GET", path, { env })).status).toBe(401);
    const seen = await ask("GET", path);
    expect(seen.body).toEqual({
      handovers: [{ name: "x-hook-secret", value: handed, received_at: expect.stringMatching(/^\d{4}-/) }],
    });
    const life = await redis.ttl(`_kombu-edge.handover.${name}`);
    expect(life).toBeGreaterThan(3_500);
    expect(life).toBeLessThanOrEqual(3_600);
    expect((await ask("DELETE", path)).status).toBe(204);
    expect((await ask("GET", path)).body).toEqual({ handovers: [] });
  });

  test("of a stranger shows beside the right one, and hides none", async () => {
    const name = fresh("asana");
    const ask = asana(name, { handover: true });
    await logged(async () => {
      await ask("POST", `/v1/webhooks/${name}`, first("of the sender"));
      for (let index = 0; index < 3; index++)
        await ask("POST", `/v1/webhooks/${name}`, first(`of a stranger ${index}`));
    });
    const { handovers } = (await ask("GET", `/v1/webhooks/${name}/handover`)).body;
    expect(handovers.map(({ value }: { value: string }) => value)).toEqual([
      "of a stranger 2",
      "of a stranger 1",
      "of a stranger 0",
      "of the sender",
    ]);
  });

  test.each<[string, object, Record<string, unknown>]>([
    ["unless the configuration says so", {}, {}],
    ["once the source has a secret", { handover: true }, { S: "known" }],
  ])("is not kept %s", async (_when, more, variables) => {
    const name = fresh("asana");
    const ask = asana(name, more);
    const { result, lines, text } = await logged(() =>
      ask("POST", `/v1/webhooks/${name}`, { ...first(handed), env: environment(variables) }),
    );
    expect([result.status, result.headers.get("x-hook-secret")]).toEqual([503, null]);
    expect(lines).toMatchObject([{ reason: "handover-not-armed", handshake: "asana-secret" }]);
    expect(text).not.toContain(handed);
    expect(await redis.exists(`_kombu-edge.handover.${name}`)).toBe(0);
  });

  test("is not answered for when it could not be kept, or is no secret", async () => {
    const name = fresh("notion");
    const source: SourceConfig = { preset: "notion", secrets: ["S"], to: { queue: "never" }, handover: true };
    const ask = client({ sources: { [name]: source } });
    const json = { verification_token: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl" };
    const away = environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    const post = (more: Ask) =>
      logged(() => ask("POST", `/v1/webhooks/${name}`, { token: undefined, ...more }));
    expect((await post({ json, env: away })).result.status).toBe(503);
    expect((await post({ json: { verification_token: "x".repeat(600) } })).result.status).toBe(401);
    const { result } = await post({ json });
    expect([result.status, result.text]).toEqual([200, ""]);
    const seen = await ask("GET", `/v1/webhooks/${name}/handover`);
    expect(seen.body.handovers).toMatchObject([
      { name: "verification_token", value: json.verification_token },
    ]);
  });

  test("of an unknown source is 404", async () => {
    expectProblem(await asana("asana")("GET", "/v1/webhooks/other/handover"), 404, "not-found");
  });
});
