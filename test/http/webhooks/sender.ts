/** @module A sender of GitHub's kind before a gateway with one source, for tests of what happens after verification. */
import { expect, vi } from "vitest";
import type { GatewayConfig, SourceConfig } from "../../../src/http/gateway.ts";
import { mac } from "../../webhooks/signing.ts";
import { type Answer, client, environment, fresh, landed } from "../client.ts";

export const SECRET = "It's a Secret to Everybody";
export const VARIABLES = { GITHUB_WEBHOOK_SECRET: SECRET };

/** A delivery: by default a push with an id of its own. */
export interface Delivery {
  readonly id?: string;
  readonly event?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
  readonly env?: Record<string, unknown>;
}

/** The source's configuration, given where its events go. */
export function github(more: object): SourceConfig {
  return { preset: "github", secrets: ["GITHUB_WEBHOOK_SECRET"], ...more } as unknown as SourceConfig;
}

/** Sends deliveries to a gateway with this source, which has a name of its own. */
export function githubSender(more: object, config: GatewayConfig = {}) {
  const name = fresh("hub");
  const ask = client({ ...config, sources: { [name]: github(more) } });
  const send = async ({
    id = crypto.randomUUID(),
    event = "push",
    body = '{"ref":"refs/heads/main"}',
    secret = SECRET,
    headers = {},
    env = environment(VARIABLES),
  }: Delivery = {}): Promise<Answer> => {
    const text = typeof body === "string" ? body : new TextDecoder("latin1").decode(body);
    const signature =
      typeof body === "string" ? await mac("SHA-256", secret, text, "hex") : await macOfBytes(secret, body);
    return await ask("POST", `/v1/webhooks/${name}`, {
      token: undefined,
      env,
      body,
      headers: {
        "content-type": "application/json",
        "x-github-delivery": id,
        "x-github-event": event,
        "x-hub-signature-256": `sha256=${signature}`,
        ...headers,
      },
    });
  };
  return { name, send, ask };
}

async function macOfBytes(secret: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const bytes = [...new Uint8Array(await crypto.subtle.sign("HMAC", key, body))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bodies of a queue, oldest first, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a message is looked at, not used
export async function bodies(queue: string): Promise<any[]> {
  return (await landed(queue)).map(({ body }) => JSON.parse(body));
}

/** The log's line of a sender's request, with these members besides those that all have. */
export function line(members: Record<string, unknown>): Record<string, unknown> {
  const common = { event: "request", method: "POST", route: "/v1/webhooks/{source}" };
  return { ...common, ms: expect.any(Number), ...members };
}

/** Collects the log's lines while something runs. */
export async function logged<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; lines: Record<string, unknown>[]; text: string }> {
  const texts: string[] = [];
  const spies = (["log", "warn", "error", "info", "debug"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => void texts.push(values.join(" "))),
  );
  try {
    const result = await run();
    return { result, lines: texts.map((text) => JSON.parse(text)), text: texts.join("\n") };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
