/** @module Cases of our own, for differences that no golden case shows. */
import type { Case } from "./case.ts";

const publish = (name: string, options: Readonly<Record<string, unknown>>): Case => ({
  name,
  input: { steps: [{ publish: { body: 1, routing_key: "q", ...options } }] },
});

export const FURTHER: readonly Case[] = [
  {
    name: "unbind",
    input: {
      steps: [
        {
          declare: {
            $queue: {
              name: "q1",
              exchange: { $exchange: { name: "d", type: "direct" } },
              routing_key: "k",
            },
          },
        },
        { unbind: { queue: "q1", exchange: "d", routing_key: "k" } },
      ],
    },
  },
  publish("mandatory without a binding", { exchange: "d", mandatory: true }),
  publish("compression bzip2", { compression: "bzip2" }),
  publish("delivery_mode 3", { delivery_mode: 3 }),
  publish("priority infinite", { priority: Number.POSITIVE_INFINITY }),
  publish("queue name with the separator", { routing_key: "q\x06\x163" }),
  publish("expiration negative", { expiration: -1 }),
  publish("exchange type headers", { exchange: { $exchange: { name: "h", type: "headers" } } }),
  publish("lone surrogate in a body", { body: { text: "\ud800" } }),
  publish("object that looks like a typed value", { body: { __type__: "money", __value__: 1 } }),
  publish("unknown option", { prioritty: 3 }),
];
