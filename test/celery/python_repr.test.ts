/** @module How arguments are printed, where JavaScript and Python differ; random ones are held to Celery in `test/properties`. */
import { describe, expect, test } from "vitest";
import { Celery } from "../../src/celery/index.ts";
import { argumentsRepr, keywordsRepr } from "../../src/celery/python_repr.ts";
import { Channel, Float } from "../../src/index.ts";
import { Recorder } from "./recorder.ts";

describe("arguments as Celery prints them", () => {
  test.each([
    [new Float(1e16), "(1e+16,)"],
    [new Float(-1.5e20), "(-1.5e+20,)"],
    [new Float(1e15), "(1000000000000000.0,)"],
    [new Float(-0), "(-0.0,)"],
    [-0, "(0,)"],
    [1e16, "(10000000000000000,)"],
    [{ toJSON: 1 }, "({'toJSON': 1},)"],
    [new URL("https://a.example/"), "('https://a.example/',)"],
  ])("%o as %s", (value, text) => {
    expect(argumentsRepr([value])).toBe(text);
  });

  test("a member called toJSON is one like others", () => {
    expect(keywordsRepr({ toJSON: null })).toBe("{'toJSON': None}");
  });
});

test("a task whose arguments have a member called toJSON is sent", async () => {
  const redis = new Recorder();
  await new Celery(new Channel(redis)).sendTask("a", { args: [{ toJSON: [] }], kwargs: { toJSON: 2 } });
  const [, , message] = redis.commands.find(([name]) => name === "LPUSH")!;
  expect(JSON.parse(atob(JSON.parse(message!).body)).slice(0, 2)).toEqual([[{ toJSON: [] }], { toJSON: 2 }]);
});
