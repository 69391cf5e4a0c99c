/**
 * Giving a canvas its ids, in the order and by the rules of Celery's `freeze`. Spec celery §6.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { bodyOf, headerOf, tasksOf } from "./normal_form.ts";
import type { SignatureJson } from "./signature.ts";

/** Where a result will be: one task's, or a group's. */
export interface ResultNode {
  readonly id: string;
  /** The step before it. */
  parent?: ResultNode | undefined;
  /** For a group: its members. */
  readonly results?: readonly ResultNode[];
}

/** What a signature's surroundings say about it. */
export interface Surroundings {
  readonly id?: string | undefined;
  readonly groupId?: string | undefined;
  readonly groupIndex?: number | undefined;
  /** The body of the chord in whose header it is. */
  readonly chord?: SignatureJson | undefined;
  readonly rootId?: string | undefined;
}

/** What freezing needs from outside. */
export interface Freezer {
  newId(): string;
  /** Put into every signature; `""` leaves it to the worker. */
  readonly replyTo: string;
}

/** Gives ids to a signature in normal form and all below it; ids that are there stay. */
export function freeze(freezer: Freezer, signature: SignatureJson, around: Surroundings = {}): ResultNode {
  switch (signature.subtask_type) {
    case "chain":
      return freezeChain(freezer, signature, around);
    case "group":
      return freezeGroup(freezer, signature, around);
    case "chord":
      return freezeChord(freezer, signature, around);
    default:
      return freezeTask(freezer, signature, around);
  }
}

function freezeTask(freezer: Freezer, { options }: SignatureJson, around: Surroundings): ResultNode {
  options.task_id ??= around.id ?? freezer.newId();
  if (around.rootId !== undefined) options.root_id = around.rootId;
  if (freezer.replyTo !== "") options.reply_to ??= freezer.replyTo;
  if (around.groupId !== undefined) options.group_id ??= around.groupId;
  if (around.chord) options.chord = around.chord;
  if (around.groupIndex !== undefined) options.group_index = around.groupIndex;
  return { id: options.task_id as string };
}

/** From the last to the first, each the parent of the one after it; the chain's own place is its last one's. */
function freezeChain(freezer: Freezer, chain: SignatureJson, around: Surroundings): ResultNode {
  const steps = tasksOf(chain);
  const { rootId } = around;
  const last = freeze(freezer, steps.at(-1)!, around);
  let after = firstOf(last);
  for (const step of steps.slice(0, -1).reverse()) {
    const result = freeze(freezer, step, { rootId });
    after.parent = result;
    after = result;
  }
  return last;
}

function firstOf(result: ResultNode): ResultNode {
  let first = result;
  while (first.parent) first = first.parent;
  return first;
}

function freezeGroup(freezer: Freezer, group: SignatureJson, around: Surroundings): ResultNode {
  const { groupId, chord, rootId } = around;
  if (groupId !== undefined && chord) throw endsInGroup();
  const { options } = group;
  options.task_id ??= around.id ?? freezer.newId();
  if (chord) options.chord = chord;
  options.root_id ??= rootId ?? null;
  options.parent_id ??= null;
  const results = tasksOf(group).map((task, groupIndex) =>
    freeze(freezer, task, { rootId, chord, groupIndex }),
  );
  return { id: options.task_id as string, results };
}

function freezeChord(freezer: Freezer, chord: SignatureJson, around: Surroundings): ResultNode {
  const header = freeze(freezer, headerOf(chord), { rootId: around.rootId, chord: bodyOf(chord) });
  const body = freeze(freezer, bodyOf(chord), bodySurroundings(bodyOf(chord), around));
  // A worker reports under the chord's id that a step before it failed, and gives that id to the header's group. Celery
  // takes another id for it, under which nobody looks.
  chord.options.task_id = body.id;
  headerOf(chord).options.task_id = body.id;
  nameBody(chord, body);
  firstOf(body).parent = { ...header, id: body.id };
  return body;
}

/** By a body's id a worker reports that a chord failed; a chain has one only if it is given it. */
export function nameBody(chord: SignatureJson, result: ResultNode): void {
  if (bodyOf(chord).subtask_type === "chain") bodyOf(chord).options.task_id = result.id;
}

/** A group as a body keeps an id of its own: under its header's the two would be taken for one. */
export function bodySurroundings(body: SignatureJson, around: Surroundings): Surroundings {
  return body.subtask_type === "group" && !around.chord ? { ...around, groupId: undefined } : around;
}

/** How many completions of a chord's header member the chord waits for: it must be one. */
export function checkMember(member: SignatureJson, field: string): void {
  let end = member;
  for (;;) {
    if (end.subtask_type === "chain") end = tasksOf(end).at(-1)!;
    else if (end.subtask_type === "chord") end = bodyOf(end);
    else break;
  }
  if (end.subtask_type === "group") throw endsInGroup(field);
}

function endsInGroup(field = "chord.header"): InvalidArgumentError {
  return new InvalidArgumentError(
    field,
    "must not end in a group: workers would count the chord's parts wrong; add a task that takes the group's results",
  );
}
