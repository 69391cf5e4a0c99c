/** @module Random canvases, here and as Celery is told to make them, and their messages made comparable. */
import fc from "fast-check";
import { type AnySignature, chain, chord, group, signature } from "../../src/celery/index.ts";
import { type Exact, exactJson } from "./exact_json.ts";

/** A canvas by its parts. */
export type Shape =
  | {
      readonly kind: "task";
      readonly name: string;
      readonly args: readonly number[];
      readonly immutable: boolean;
      readonly link?: Shape;
      readonly linkError?: Shape;
    }
  | { readonly kind: "chain" | "group"; readonly members: readonly Shape[] }
  | { readonly kind: "chord"; readonly members: readonly Shape[]; readonly body: Shape };

const plain: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant("task" as const),
  name: fc.constantFrom("a", "b", "c", "d"),
  args: fc.array(fc.nat(9), { maxLength: 2 }),
  immutable: fc.boolean(),
});
const task: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 1, arbitrary: fc.tuple(plain, plain).map(([one, link]) => ({ ...one, link }) as Shape) },
  {
    weight: 1,
    arbitrary: fc.tuple(plain, plain).map(([one, linkError]) => ({ ...one, linkError }) as Shape),
  },
);

const several = (member: fc.Arbitrary<Shape>, minLength: number) =>
  fc.array(member, { minLength, maxLength: 4 });
const tasks: fc.Arbitrary<Shape> = several(task, 2).map((members) => ({ kind: "chain", members }));
const groupOf = (member: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> =>
  several(member, 2).map((members) => ({ kind: "group", members }));
const chordOf = (member: fc.Arbitrary<Shape>, body: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> =>
  fc.tuple(several(member, 1), body).map(([members, after]) => ({ kind: "chord", members, body: after }));
const member = fc.oneof({ weight: 3, arbitrary: task }, tasks);
const ending = fc.oneof(groupOf(member), chordOf(member, member));

/**
 * Random canvases in the form that Celery leaves them in: what it rearranges in several ways (a chain in a chain, a group or
 * chain of one) is brought to one form here, which `test/celery/canvas.test.ts` shows.
 */
export const shapes: fc.Arbitrary<Shape> = fc.oneof(
  task,
  tasks,
  groupOf(member),
  chordOf(member, member),
  fc
    .tuple(several(task, 1), ending)
    .map(([first, last]) => ({ kind: "chain" as const, members: [...first, last] })),
);

/** The canvas as this library has it. */
export function toSignature(shape: Shape): AnySignature {
  if (shape.kind === "task") {
    const made = signature(shape.name, [...shape.args]).set({ immutable: shape.immutable } as never);
    const linked = shape.link ? made.link(toSignature(shape.link)) : made;
    return shape.linkError ? linked.linkError(toSignature(shape.linkError)) : linked;
  }
  const members = shape.members.map(toSignature);
  if (shape.kind === "chain") return chain(...(members as [AnySignature]));
  if (shape.kind === "chord") return chord(members, toSignature(shape.body));
  return group(...members);
}

type Members = ReadonlyMap<string, Exact>;

/** What is compared of the messages that a canvas begins with; ids by the order in which they first appear. */
export function comparableCanvas(messages: readonly string[]): readonly string[] {
  const ids = new Map<string, string>();
  return messages.map((text) => {
    const { body, headers } = JSON.parse(text) as { body: string; headers: Record<string, unknown> };
    const { task, id, root_id, parent_id, group, group_index } = headers;
    const decoded = exactJson(Buffer.from(body, "base64").toString("utf8"));
    const shown = JSON.stringify([
      { task, id, root_id, parent_id, group, group_index },
      comparableSignature(decoded),
    ]);
    return shown.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => {
      if (!ids.has(uuid)) ids.set(uuid, `id${ids.size + 1}`);
      return ids.get(uuid)!;
    });
  });
}

/** Members by name; without the queue for replies, which only another result backend reads. */
function comparableSignature(value: Exact): unknown {
  if (Array.isArray(value)) return value.map(comparableSignature);
  if (!(value instanceof Map)) return value;
  // Rule: what is null, or no next step at all, may as well not be said.
  const isSaid = (name: string, given: Exact) =>
    given !== null &&
    name !== "reply_to" &&
    !(name === "chain" && Array.isArray(given) && given.length === 0);
  const members = [...(value as Members)].filter(([name, given]) => isSaid(name, given));
  const type = (value as Members).get("subtask_type");
  // Rule of `test/celery/differences.ts`: a chord that is to come, its header and a chain that is its
  // body bear the id of the result.
  const shown = (name: string, given: Exact) =>
    name === "options" && ["chain", "chord", "group"].includes(type as string) && given instanceof Map
      ? comparableSignature(new Map([...(given as Members)].filter(([option]) => option !== "task_id")))
      : comparableSignature(given);
  return Object.fromEntries(members.map(([name, given]) => [name, shown(name, given)]).sort());
}
