import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors.ts";
import {
  bindingKey,
  bindingMember,
  fanoutChannel,
  priorityStep,
  queueKey,
  resolveKeyOptions,
} from "../../src/routing/keys.ts";

const defaults = resolveKeyOptions({});

describe("priority steps (kombu-redis §8)", () => {
  it.each([
    [0, "q"],
    [2, "q"],
    [3, "q\x06\x163"],
    [3.9, "q\x06\x163"],
    [5, "q\x06\x163"],
    [6, "q\x06\x166"],
    [8, "q\x06\x166"],
    [9, "q\x06\x169"],
    [10, "q\x06\x169"],
    [255, "q\x06\x169"],
    [-1, "q"],
  ])("priority %s → %j", (priority, key) => {
    expect(queueKey("q", priorityStep(priority, [0, 3, 6, 9]), defaults)).toBe(key);
  });

  it("wraps to the last step below the first, as Kombu does", () => {
    expect(priorityStep(0, [3, 6, 9])).toBe(9);
  });
});

describe("names", () => {
  const options = resolveKeyOptions({ globalKeyprefix: "g:", db: 5 });

  it("prefixes keys and channels, not what is inside a binding", () => {
    expect(queueKey("q", 3, options)).toBe("g:q\x06\x163");
    expect(bindingKey("e", options)).toBe("g:_kombu.binding.e");
    expect(bindingMember("a.*", "q", true, options)).toBe("a.*\x06\x16^a\\..*?[^\\.]$\x06\x16q");
    expect(bindingMember("a.*", "q", false, options)).toBe("a.*\x06\x16\x06\x16q");
  });

  it.each([
    [{}, "", "/0.f"],
    [{}, "rk", "/0.f/rk"],
    [{ db: 5 }, "", "/5.f"],
    [{ fanoutPrefix: false }, "rk", "f/rk"],
    [{ fanoutPrefix: "/{db}x." }, "", "/0x.f"],
    [{ fanoutPrefix: "/{db}-{db}." }, "", "/0-0.f"],
    [{ fanoutPatterns: false }, "rk", "/0.f"],
    [{ globalKeyprefix: "g" }, "", "g/0.f"],
  ])("fanout channel with %j and key %j → %s", (given, routingKey, channel) => {
    expect(fanoutChannel("f", routingKey, resolveKeyOptions(given))).toBe(channel);
  });
});

describe("options that consumers could not follow", () => {
  it.each([
    [{ prioritySteps: [] }, "prioritySteps"],
    [{ prioritySteps: [3, 0] }, "prioritySteps"],
    [{ prioritySteps: [0, Number.NaN] }, "prioritySteps"],
    [{ sep: "" }, "sep"],
    [{ fanoutPrefix: "my." }, "fanoutPrefix"],
    [{ fanoutPrefix: "/my.app." }, "fanoutPrefix"],
    [{ db: -1 }, "db"],
    [{ db: 1.5 }, "db"],
    [{ globalKeyprefix: 1 as unknown as string }, "globalKeyprefix"],
  ])("%j names %s", (given, field) => {
    expect(() => resolveKeyOptions(given)).toThrow(InvalidArgumentError);
    expect(() => resolveKeyOptions(given)).toThrow(`"${field}"`);
  });
});
