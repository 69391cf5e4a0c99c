/** @module What is sent first of random canvases, with all that follows inside it: real Celery is the oracle. */
import { test } from "vitest";
import { Celery } from "../../src/celery/index.ts";
import { Channel, KombuEdgeError } from "../../src/index.ts";
import { Recorder } from "../celery/recorder.ts";
import { comparableCanvas, type Shape, shapes, toSignature } from "./canvas_cases.ts";
import { describeEachCeleryOracle } from "./each_celery.ts";
import { holds } from "./runs.ts";

interface Sent {
  readonly messages: readonly string[];
  /** How many parts each chord waits for. */
  readonly sizes: readonly number[];
}

type Answer = Sent | { readonly error: string };

async function sent(shape: Shape): Promise<Answer> {
  const redis = new Recorder();
  try {
    await new Celery(new Channel(redis)).apply(toSignature(shape));
  } catch (error) {
    if (!(error instanceof KombuEdgeError)) throw error;
    return { error: error.message };
  }
  return {
    messages: redis.commands.filter(([name]) => name === "LPUSH").flatMap(([, , ...messages]) => messages),
    sizes: redis.commands
      .filter(([name]) => name === "SETEX")
      .map((command) => Number(command[3]))
      .sort((one, other) => one - other),
  };
}

await describeEachCeleryOracle((ask, { name }) => {
  if (name === "5.2") {
    const reason =
      "it freezes some canvases in another way; test/interop/celery shows that its workers run ours";
    console.warn(`!!! canvases are NOT compared with Celery 5.2: ${reason} !!!`);
    test.skip(`a canvas' messages, SKIPPED: ${reason}`, () => {});
    return;
  }
  test("a canvas' messages are Celery's own", { timeout: 120_000 }, async () => {
    await holds(shapes, 300, async (cases) => {
      const asked = cases.map((canvas) => ({ canvas }));
      const answers = await ask<Answer>("canvas", asked);
      const ours = await Promise.all(cases.map(sent));
      return cases.map((_shape, index) => differing(ours[index]!, answers[index]!));
    });
  });
});

function differing(ours: Answer, theirs: Answer): string | undefined {
  if ("error" in ours) return `refused: ${ours.error}`;
  if ("error" in theirs) return `sent, but Celery raises ${theirs.error}`;
  const [one, other] = [ours, theirs].map(({ messages, sizes }) =>
    JSON.stringify([comparableCanvas(messages), sizes]),
  );
  return one === other ? undefined : `ours ${one}, Celery's ${other}`;
}
