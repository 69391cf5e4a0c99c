/** @module Streams are checked when the gateway is made; the error names the field. */
import { expect, test } from "vitest";
import config from "../../../src/config.ts";
import { InvalidArgumentError } from "../../../src/errors.ts";
import { gateway } from "../../../src/http/gateway.ts";
import { client, environment, fresh, landed } from "../client.ts";

const to = { queue: "clicks" };

test.each<[unknown, string]>([
  [{ streams: [] }, "streams"],
  [{ streams: { "a/b": { to } } }, "streams"],
  [{ streams: { Clicks: { to } } }, "streams"],
  [{ streams: { clicks: {} } }, "streams.clicks.to"],
  [{ streams: { clicks: { to: "clicks" } } }, "streams.clicks.to"],
  [{ streams: { clicks: { to: { queue: "" } } } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { queue: "a|b" } } }, channel: { sep: "|" } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { exchange: "" } } } }, "streams.clicks.to.exchange"],
  [{ streams: { clicks: { to: {} } } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { queue: "q", exchange: "e" } } } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { queue: "q", priority: 1 } } } }, "streams.clicks.to.priority"],
  [{ streams: { clicks: { to: { exchange: "e", routingKey: "$.a[" } } } }, "streams.clicks.to.routingKey"],
  [{ streams: { clicks: { to: { exchange: "e", routingKey: "\ud800" } } } }, "streams.clicks.to.routingKey"],
  [{ streams: { clicks: { to: { queue: "unacked" } } } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { queue: "q", routingKey: "k" } } } }, "streams.clicks.to.routingKey"],
  [{ streams: { clicks: { to: { task: "" } } } }, "streams.clicks.to.task"],
  [{ streams: { clicks: { to: { task: 7 } } } }, "streams.clicks.to.task"],
  [{ streams: { clicks: { to: { task: "\ud800" } } } }, "streams.clicks.to.task"],
  [{ streams: { clicks: { to: { task: "t", exchange: "e" } } } }, "streams.clicks.to.task"],
  [{ streams: { clicks: { to: { task: "t", routingKey: "k" } } } }, "streams.clicks.to.routingKey"],
  [{ streams: { clicks: { to: { task: "t", queue: "" } } } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { task: "t", queue: "unacked" } } } }, "streams.clicks.to.queue"],
  [{ streams: { clicks: { to: { task: "t", args: [] } } } }, "streams.clicks.to.args"],
  [{ streams: { clicks: { to, accepts: ["xml"] } } }, "streams.clicks.accepts[0]"],
  [{ streams: { clicks: { to, writeKeys: ["short"] } } }, "streams.clicks.writeKeys[0]"],
  [{ streams: { clicks: { to, origins: ["shop.example"] } } }, "streams.clicks.origins[0]"],
  [{ streams: { clicks: { to, origins: ["https://shop.example/"] } } }, "streams.clicks.origins[0]"],
  [{ streams: { clicks: { to, origins: ["https://a.*.example"] } } }, "streams.clicks.origins[0]"],
  [{ streams: { clicks: { to, dedupe: 0 } } }, "streams.clicks.dedupe"],
  [{ streams: { clicks: { to, dedupe: true } } }, "streams.clicks.dedupe"],
  [{ streams: { clicks: { to, acknowledgement: "never" } } }, "streams.clicks.acknowledgement"],
  [{ streams: { clicks: { to, format: "avro" } } }, "streams.clicks.format"],
  [{ streams: { clicks: { to, paths: { id: "id" } } } }, "streams.clicks.paths.id"],
  [{ streams: { clicks: { to, schema: {} } } }, "streams.clicks.schema"],
  [{ streams: { clicks: { to, required: ["user.id"] } } }, "streams.clicks.required[0]"],
  [{ streams: { clicks: { to, forbidden: "$.a" } } }, "streams.clicks.forbidden"],
  [{ streams: { clicks: { to, sampling: 0 } } }, "streams.clicks.sampling"],
  [{ streams: { clicks: { to, sampling: 1.1 } } }, "streams.clicks.sampling"],
  [{ streams: { clicks: { to, enrich: { address: "whole" } } } }, "streams.clicks.enrich.address"],
  [{ streams: { clicks: { to, enrich: { city: true } } } }, "streams.clicks.enrich.city"],
  [{ streams: { clicks: { to, maximumEventSize: 0 } } }, "streams.clicks.maximumEventSize"],
  [{ streams: { clicks: { to, maximumBatch: 1.5 } } }, "streams.clicks.maximumBatch"],
  [{ streams: { clicks: { to, rateLimits: { ip: "A" } } } }, "streams.clicks.rateLimits.ip"],
  [{ streams: { clicks: { to, handshake: {} } } }, "streams.clicks.handshake.origins"],
  [{ streams: { clicks: { to, write_keys: [] } } }, "streams.clicks.write_keys"],
  [{ streams: { a: { to, segment: true }, b: { to, segment: true } } }, "streams.b.segment"],
])("refuses %j", (given, field) => {
  const make = () => gateway(given as never);
  expect(make).toThrow(InvalidArgumentError);
  expect(make).toThrow(`"${field}"`);
});

test("the shipped configuration has the stream clicks, for tokens, which knows events again", async () => {
  const globalKeyprefix = `${fresh("shipped")}:`;
  const ask = client({ ...config, channel: { globalKeyprefix } });
  const send = () => ask("POST", "/v1/events/clicks", { json: { id: "e1", type: "view" } });
  expect((await send()).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  expect((await send()).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  const messages = await landed(`${globalKeyprefix}clicks`);
  expect(messages.map(({ body }) => JSON.parse(body).type)).toEqual(["clicks.view"]);
  expect(
    (await ask("POST", "/v1/events/clicks?write_key=pk_clicks_2026", { token: undefined, body: "{}" }))
      .status,
  ).toBe(401);
});

test("Segment's paths are there only where a stream answers them", async () => {
  const app = gateway({ streams: { clicks: { to } } });
  const answer = await app.fetch(
    new Request("https://gateway.test/v1/track", { method: "POST" }),
    environment(),
  );
  expect(answer.status).toBe(404);
});
