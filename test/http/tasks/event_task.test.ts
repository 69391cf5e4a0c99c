/** @module What monitors see of a task that is an event, and bytes as its argument. */
import { expect, test } from "vitest";
import { argumentOf, eventRepr } from "../../../src/http/tasks/event_task.ts";

test("monitors see type and id, no more than 400 units of them, and whole characters", () => {
  expect(eventRepr("push", "72d3162e")).toBe("(<push 72d3162e>,)");
  expect(eventRepr("t", "i".repeat(20_000))).toBe(`(<t ${"i".repeat(396)}`);
  // The cut falls between the two units of the emoji.
  expect(eventRepr("t", `${"i".repeat(395)}🎉`)).toBe(`(<t ${"i".repeat(395)}\ufffd`);
  expect(eventRepr("t", "\ud800")).toBe("(<t \ufffd>,)");
});

test("bytes are text where they are UTF-8, with the mark in front if they have one", () => {
  expect(argumentOf(new TextEncoder().encode("\ufeffZoë"))).toBe("\ufeffZoë");
  expect(argumentOf(Uint8Array.of(0xff, 0))).toEqual(Uint8Array.of(0xff, 0));
});
