/** @module Who may do what: every route without a token, with one that is nearly right, with one that may do little. */
import { describe, expect, test } from "vitest";
import { each } from "./pool.ts";
import { fill, type Known } from "./routes.ts";
import { CANARIES, type World } from "./world.ts";

const JSON_TYPE = ["content-type", "application/json"] as const;
const LIMITED = ["authorization", `Bearer ${CANARIES.limited}`] as const;

/** Values of `Authorization` that open nothing. */
const WRONG: readonly string[] = [
  "",
  "Bearer",
  "Bearer ",
  `Bearer ${CANARIES.token.slice(0, -1)}`,
  `Bearer ${CANARIES.token}a`,
  `Bearer ${CANARIES.token}=`,
  `Bearer ${CANARIES.token.toUpperCase()}`,
  `Bearer ${CANARIES.token} ${CANARIES.token}`,
  `Bearer ${CANARIES.token},Bearer ${CANARIES.token}`,
  `Bearer "${CANARIES.token}"`,
  `Bearer ${CANARIES.token}\u0000`,
  `Bearer\t${CANARIES.token}`,
  CANARIES.token,
  `Token ${CANARIES.token}`,
  `Digest username="${CANARIES.token}"`,
  `Basic ${Buffer.from(`${CANARIES.token}:`).toString("base64")}`,
  `Basic ${Buffer.from(CANARIES.token).toString("base64")}`,
  "Basic ====",
  "Basic \u00ff",
  `Bearer ${"a".repeat(10_000)}`,
  "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
];

/** Bodies that name what the token `limited` may not do, where the body says it. */
const FORBIDDEN: readonly [target: string, body: unknown][] = [
  ["/v1/messages", { routing_key: "other", body: 1 }],
  ["/v1/messages", { routing_key: "limited2", body: 1 }],
  ["/v1/messages", { exchange: "other", routing_key: "limited", body: 1 }],
  ["/v1/tasks", { task: "other" }],
  ["/v1/tasks", { task: "limited", link: { task: "other" } }],
  ["/v1/tasks", { task: "limited", link_error: [{ task: "limited", link: [{ task: "other" }] }] }],
  ["/v1/tasks", { chain: [{ task: "limited" }, { task: "other" }] }],
  ["/v1/tasks", { group: [{ chain: [{ task: "limited" }, { group: [{ task: "other" }] }] }] }],
  ["/v1/tasks", { chord: { header: [{ task: "limited" }], body: { task: "other" } } }],
  ["/v1/tasks/limited", { link: { task: "other" } }],
  ["/api/task/apply/limited", { link: { task: "other" } }],
  ["/api/task/async-apply/limited", { link: { task: "other" } }],
];

/** The suite. */
export function access(world: () => World, routes: () => readonly Known[]): void {
  const guarded = () => routes().filter(({ access: right }) => right !== "open");

  describe("access", () => {
    test("no route that needs a token answers without one, and none reads the body first", async () => {
      expect(guarded().length).toBeGreaterThan(15);
      // The body never comes: an answer means that nobody waited for it.
      await each(guarded(), async ({ method, path, hasBody }) => {
        const sent = {
          method,
          target: fill(path),
          headers: [JSON_TYPE],
          ...(hasBody && { length: "1000000" }),
        };
        const { headers } = await world().attack({ ...sent, keepOpen: true }, { statuses: [401] });
        expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
      });
    });

    test("nor does a stream without one", async () => {
      const sent = { target: "/v1/events/clicks", headers: [JSON_TYPE], length: "1000000", keepOpen: true };
      await world().attack(sent, { statuses: [401] });
    });

    test.each(WRONG.map((value) => [value.slice(0, 60), value]))("%j opens nothing", async (_, value) => {
      await each(guarded(), async ({ method, path, hasBody, basic }) => {
        const headers = [JSON_TYPE, ["authorization", value]] as const;
        const sent = { method, target: fill(path), headers, ...(hasBody && { body: "{}" }) };
        const got = await world().attack(sent, { byRuntime: true });
        expect([path, basic, got.status < 400 || got.status > 401]).toEqual([path, basic, false]);
      });
    });

    test("a token in the query, a cookie or another header opens nothing", async () => {
      const { token } = CANARIES;
      await each(guarded(), async ({ method, path }) => {
        const target = `${fill(path)}?access_token=${token}&token=${token}&write_key=${token}`;
        const headers = [
          ["cookie", `token=${token}`],
          ["x-api-key", token],
          ["proxy-authorization", `Bearer ${token}`],
        ] as const;
        await world().attack({ method, target, headers, body: "{}" }, { statuses: [401] });
      });
    });

    test("every right is asked for", async () => {
      await each(guarded(), async ({ method, path, access: right, hasBody }) => {
        if (right === "token") return;
        const sent = { method, target: fill(path, "other"), headers: [LIMITED, JSON_TYPE] };
        // Before the body is read.
        const got = await world().attack(
          { ...sent, ...(hasBody && { length: "1000000", keepOpen: true }) },
          { statuses: [403] },
        );
        const needed = right.replace(/\{\w+\}/g, "other");
        expect(JSON.parse(got.body)).toMatchObject({
          type: "urn:kombu-edge:problem:forbidden",
          right: needed,
        });
      });
    });

    test("rights within a body are asked for too", async () => {
      for (const [target, body] of FORBIDDEN) {
        await world().attack(
          { target, headers: [LIMITED, JSON_TYPE], body: JSON.stringify(body) },
          { statuses: [403] },
        );
      }
      const batch = JSON.stringify([
        { routing_key: "limited", body: 1 },
        { routing_key: "other", body: 2 },
      ]);
      const got = await world().attack(
        { target: "/v1/messages", headers: [LIMITED, JSON_TYPE], body: batch },
        { statuses: [207] },
      );
      expect(JSON.parse(got.body).results[1]).toMatchObject({ status: 403 });
      expect(await world().redis("EXISTS", "other")).toBe(0);
      await world().redis("DEL", "limited");
    });

    test("what a path hides is what the right is asked for", async () => {
      for (const name of [
        "limited%2Fother",
        "limited%00",
        "limited%20",
        "LIMITED",
        "%20limited",
        "limited.",
        "limited%0a",
      ]) {
        for (const target of [
          `/v1/queues/${name}/messages`,
          `/v1/exchanges/${name}/messages`,
          `/v1/tasks/${name}`,
        ]) {
          await world().attack({ target, headers: [LIMITED, JSON_TYPE], body: "{}" }, { statuses: [403] });
        }
      }
    });
  });
}
