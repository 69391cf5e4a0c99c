/** @module Sources are checked when the gateway is made: by the compiler, and again by the Worker. */
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../../src/errors.ts";
import { defineConfig, gateway } from "../../../src/http/gateway.ts";
import { github } from "../../../src/webhooks/presets/index.ts";

const good = { preset: "github", secrets: ["S"], to: { queue: "q" } };
const routes = (...given: unknown[]) => ({ preset: "github", secrets: ["S"], routes: given });

test.each<[unknown, string]>([
  [[], "sources"],
  [{ "": good }, "sources."],
  [{ GitHub: good }, "sources.GitHub"],
  [{ "a/b": good }, "sources.a/b"],
  [{ a: null }, "sources.a"],
  [{ a: { ...good, preset: "githab" } }, "sources.a.preset"],
  [{ a: { ...good, preset: "toString" } }, "sources.a.preset"],
  [{ a: { ...good, preset: {} } }, "sources.a.preset"],
  [{ a: { secrets: ["S"], to: { queue: "q" } } }, "sources.a.preset"],
  [{ a: { ...good, secrets: [] } }, "sources.a.secrets"],
  [{ a: { preset: "github", to: { queue: "q" } } }, "sources.a.secrets"],
  [{ a: { ...good, secrets: "S" } }, "sources.a.secrets"],
  [{ a: { ...good, secrets: ["S", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] } }, "sources.a.secrets[1]"],
  [{ a: { ...good, secrets: new Array(9).fill("S") } }, "sources.a.secrets"],
  [{ a: { ...good, secrets: [{ variable: "S", notAfter: "soon" }] } }, "sources.a.secrets[0].notAfter"],
  [{ a: { preset: "sns", secrets: ["S"], topics: ["t"], to: { queue: "q" } } }, "sources.a.secrets"],
  [{ a: { preset: "sns", to: { queue: "q" } } }, "sources.a.topics"],
  [{ a: { preset: "sns", topics: [], to: { queue: "q" } } }, "sources.a.topics"],
  [{ a: { ...good, preset: "twilio" } }, "sources.a.publicUrl"],
  [{ a: { ...good, preset: "twilio", publicUrl: "hooks.example.com" } }, "sources.a.publicUrl"],
  [{ a: { ...good, preset: { ...github, needs: ["webhookId"] } } }, "sources.a.webhookId"],
  [{ a: { preset: "github", secrets: ["S"] } }, "sources.a.to"],
  [{ a: { ...good, to: [] } }, "sources.a.to"],
  [{ a: { ...good, to: {} } }, "sources.a.to"],
  [{ a: { ...good, to: null } }, "sources.a.to"],
  [{ a: { ...good, to: "q" } }, "sources.a.to"],
  [{ a: { ...good, to: { queue: "" } } }, "sources.a.to"],
  [{ a: { ...good, to: { task: "t", exchange: "e" } } }, "sources.a.to"],
  [{ a: { ...good, to: { queue: "q", routingKey: "k" } } }, "sources.a.to"],
  [{ a: { ...good, to: { queue: "_kombu.binding.orders" } } }, "sources.a.to.queue"],
  [{ a: { ...good, to: { exchange: "e", routing_key: "k" } } }, "sources.a.to"],
  [{ a: { ...good, events: "push" } }, "sources.a.events"],
  [{ a: { ...good, events: [""] } }, "sources.a.events[0]"],
  [{ a: { ...good, where: [{ path: "a.b", equals: 1 }] } }, "sources.a.where[0].path"],
  [{ a: { ...good, where: [{ path: "$.a" }] } }, "sources.a.where[0]"],
  [{ a: { ...good, where: [{ path: "$.a", is: 1 }] } }, "sources.a.where[0].is"],
  [{ a: { ...good, routes: [{ to: { queue: "q" } }] } }, "sources.a.to"],
  [{ a: routes() }, "sources.a.routes"],
  [{ a: routes({}) }, "sources.a.routes[0].to"],
  [{ a: routes({ to: { queue: "q" } }, { to: { queue: "a\x06\x16b" } }) }, "sources.a.routes[1].to.queue"],
  [{ a: { ...good, format: "json" } }, "sources.a.format"],
  [{ a: { ...good, tolerance: 0 } }, "sources.a.tolerance"],
  [{ a: { ...good, tolerance: 604_801 } }, "sources.a.tolerance"],
  [{ a: { ...good, dedupe: 1.5 } }, "sources.a.dedupe"],
  [{ a: { ...good, deadline: -1 } }, "sources.a.deadline"],
  [{ a: { ...good, maximumBodySize: 0 } }, "sources.a.maximumBodySize"],
  [{ a: { ...good, answer: { status: 500 } } }, "sources.a.answer.status"],
  [{ a: { ...good, verifyToken: "my token" } }, "sources.a.verifyToken"],
  [{ a: { ...good, handover: "yes" } }, "sources.a.handover"],
  [{ a: { ...good, rateLimits: "BY_ADDRESS" } }, "sources.a.rateLimits"],
  [{ a: { ...good, rateLimits: { key: "BY_KEY" } } }, "sources.a.rateLimits.key"],
  [{ a: { ...good, rateLimits: { source: "" } } }, "sources.a.rateLimits.source"],
  [{ a: { ...good, secret: "S" } }, "sources.a.secret"],
])("%j is refused, naming %s", (sources, field) => {
  let error: unknown;
  try {
    gateway({ sources } as never);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect((error as InvalidArgumentError).field).toBe(field);
  // What was written by mistake where a name belongs may be a secret.
  expect((error as Error).message).not.toMatch(/whsec_|my token/);
});

test("everything at once is a configuration", () => {
  const config = defineConfig({
    exchanges: { webhooks: { type: "topic" } },
    sources: {
      github: {
        preset: "github",
        secrets: ["GITHUB_SECRET", { variable: "GITHUB_SECRET_OLD", notAfter: "2026-12-24T00:00:00Z" }],
        routes: [
          {
            events: ["pull_request.*"],
            where: [{ path: "$.pull_request.draft", equals: false }],
            to: { task: "review" },
          },
          { to: [{ exchange: "webhooks" }, { queue: "audit" }] },
        ],
        dedupe: 259_200,
        deadline: 5,
        maximumBodySize: 5_000_000,
        rateLimits: { address: "BY_ADDRESS", source: "BY_SOURCE" },
      },
      sns: { preset: "sns", topics: ["arn:aws:sns:us-east-1:1:t"], to: { queue: "sns" } },
      whatsapp: {
        preset: "whatsapp",
        secrets: ["META_SECRET"],
        verifyToken: "META_VERIFY_TOKEN",
        to: { queue: "q" },
      },
      asana: {
        preset: "asana",
        secrets: ["ASANA_SECRET"],
        handover: true,
        format: "raw",
        to: { queue: "q" },
      },
      own: { preset: github, secrets: ["S"], tolerance: 60, answer: { status: 202 }, to: { queue: "q" } },
    },
  });
  expect(() => gateway(config)).not.toThrow();
});
