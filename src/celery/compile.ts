/**
 * From a canvas to the messages that start it, and what the result backend must know before they are sent.
 * Spec celery §6.2–6.4.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { bodySurroundings, checkMember, type Freezer, freeze, nameBody, type ResultNode } from "./freeze.ts";
import { addCallback, attach, attachToSteps, bodyOf, headerOf, normalForm, tasksOf } from "./normal_form.ts";
import { checkKeywords, named, type SignatureJson } from "./signature.ts";
import type { WireOptions } from "./task_options.ts";

/** One task to be sent now. */
export interface Outgoing {
  readonly name: string;
  /** What the routes are asked about; for a map the mapped task's name. */
  readonly routeName: string;
  readonly args: readonly unknown[];
  readonly kwargs: Record<string, unknown>;
  readonly options: WireOptions;
}

/** A canvas ready to be sent. */
export interface Compiled {
  readonly outgoing: readonly Outgoing[];
  /** For each chord whose header is sent: its group's id and how many parts it waits for. */
  readonly chords: ReadonlyMap<string, number>;
  readonly result: ResultNode;
}

interface Compiler extends Freezer {
  readonly outgoing: Outgoing[];
  readonly chords: Map<string, number>;
  /** A chain is written as nested callbacks: message protocol 1 has no field for it. */
  readonly useLink: boolean;
}

interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Record<string, unknown>;
  readonly options: WireOptions;
}

/**
 * Compiles a signature.
 *
 * @throws {InvalidArgumentError} For a combination that workers cannot run safely.
 */
export function compile(
  signature: SignatureJson,
  call: Call,
  freezer: Freezer & { readonly useLink: boolean },
): Compiled {
  checkKeywords(signature, call.kwargs);
  const form = normalForm(signature);
  checkChords(form, "canvas");
  const compiler: Compiler = {
    newId: () => freezer.newId(),
    replyTo: freezer.replyTo,
    useLink: freezer.useLink,
    outgoing: [],
    chords: new Map(),
  };
  const options = { ...form.options, ...call.options };
  const result = start(compiler, form, { ...call, options });
  return { outgoing: compiler.outgoing, chords: compiler.chords, result };
}

/** Gives the whole its ids, then sends what comes first. */
function start(compiler: Compiler, signature: SignatureJson, call: Call): ResultNode {
  const { task_id, group_id, group_index, chord, root_id, ...options } = call.options;
  const around = {
    id: task_id as string | undefined,
    groupId: group_id as string | undefined,
    groupIndex: group_index as number | undefined,
    chord: chord as SignatureJson | undefined,
    rootId: root_id as string | undefined,
  };
  switch (signature.subtask_type) {
    case "group": {
      const tasks = tasksOf(signature);
      if (tasks.length === 0) throw new InvalidArgumentError("group", "must not be empty");
      if (options.link) throw new InvalidArgumentError("link", "cannot be added to a group: use a chord");
      const id = around.id ?? compiler.newId();
      const rest = attach(signature, options);
      if (around.chord) {
        tasks.forEach((task, index) => void checkMember(task, `group[${index}]`));
        compiler.chords.set(id, tasks.length);
      }
      const results = tasks.map((task, groupIndex) =>
        freeze(compiler, task, { ...around, id: undefined, groupId: id, groupIndex }),
      );
      apply(compiler, signature, { ...call, options: rest });
      return results.length === 1 && results[0]!.results ? results[0]! : { id, results };
    }
    case "chord":
      return startChord(compiler, signature, { ...call, options }, around);
    case "chain": {
      const result = freeze(compiler, signature, around);
      apply(compiler, signature, { ...call, options });
      return result;
    }
    default: {
      if (around.id !== undefined) signature.options.task_id = around.id;
      const result = freeze(compiler, signature, around);
      apply(compiler, signature, { ...call, options: { ...options, task_id: result.id } });
      return result;
    }
  }
}

function startChord(
  compiler: Compiler,
  chord: SignatureJson,
  call: Call,
  around: Parameters<typeof freeze>[2] & object,
): ResultNode {
  const header = headerOf(chord);
  const body = bodyOf(chord);
  const headerId = (header.options.task_id as string | undefined) ?? compiler.newId();
  header.options.task_id = headerId;
  chord.options.task_id = headerId;
  const groupId = around.groupId ?? headerId;
  const bodyAround = { ...around, id: around.id ?? compiler.newId(), groupId };
  const result = freeze(compiler, body, bodySurroundings(body, bodyAround));
  nameBody(chord, result);
  if (tasksOf(header).length === 0) {
    apply(compiler, body, { ...call, args: [[]] });
    return result;
  }
  const results = freezeHeader(compiler, chord, around.rootId);
  let first = result;
  while (first.parent) first = first.parent;
  first.parent = { id: headerId, results };
  apply(compiler, chord, call);
  return result;
}

/** Binds a header's members to its group and its body. */
function freezeHeader(compiler: Compiler, chord: SignatureJson, rootId?: string): ResultNode[] {
  const header = headerOf(chord);
  const groupId = header.options.task_id as string;
  return tasksOf(header).map((task, groupIndex) =>
    freeze(compiler, task, { rootId, groupId, groupIndex, chord: bodyOf(chord) }),
  );
}

/** Sends a frozen signature, with arguments in front of its own and options set over its own. */
function apply(compiler: Compiler, signature: SignatureJson, call: Call): void {
  const type = signature.subtask_type;
  if (type === "chain") applyChain(compiler, signature, call);
  else if (type === "chord") applyChord(compiler, signature, call);
  else if (type === "group") for (const task of tasksOf(signature)) apply(compiler, task, call);
  else applyTask(compiler, signature, call);
}

function applyTask(compiler: Compiler, signature: SignatureJson, { args, kwargs, options }: Call): void {
  const { task, immutable } = signature;
  const mapped = (task === "celery.map" || task === "celery.starmap") && signature.kwargs.task;
  compiler.outgoing.push({
    name: task,
    routeName: mapped ? (mapped as SignatureJson).task : task,
    args: immutable ? signature.args : [...args, ...signature.args],
    kwargs: immutable ? signature.kwargs : { ...signature.kwargs, ...kwargs },
    options: merged(signature.options, options),
  });
}

function applyChain(compiler: Compiler, chain: SignatureJson, { args, kwargs, options }: Call): void {
  const [first, ...steps] = tasksOf(chain);
  const all = attachToSteps(tasksOf(chain), { ...chain.options, ...options });
  const { task_id: _id, chain: later, ...rest } = all;
  steps.reverse();
  if (compiler.useLink) {
    const next = steps.reduce((after, step) => {
      addCallback(step, after);
      return step;
    });
    addCallback(first!, next);
    apply(compiler, first!, { args, kwargs, options: rest });
  } else {
    // A worker takes the next step from the end.
    const next = [...((later ?? []) as SignatureJson[]), ...steps];
    apply(compiler, first!, { args, kwargs, options: { ...rest, chain: next } });
  }
}

function applyChord(compiler: Compiler, chord: SignatureJson, { args, kwargs, options }: Call): void {
  const { chain, ...rest } = attach(chord, options);
  const header = headerOf(chord);
  const body = bodyOf(chord);
  Object.assign(body.options, named(rest), chain ? { chain } : {});
  const groupId = header.options.task_id as string;
  // A chord inside another canvas knows its ids by now, but not yet that it is sent from here.
  freeze(compiler, body, bodySurroundings(body, { groupId }));
  freezeHeader(compiler, chord);
  compiler.chords.set(groupId, tasksOf(header).length);
  for (const task of tasksOf(header)) apply(compiler, task, { args, kwargs, options: rest });
}

/** Options set over a signature's own, but for those that would tear it out of its group. */
function merged(own: WireOptions, options: WireOptions): WireOptions {
  const all = { ...own, ...options };
  if (own.group_id !== undefined) all.group_id = own.group_id;
  if (own.stamped_headers !== undefined) {
    for (const name of ["stamped_headers", ...(own.stamped_headers as string[])]) all[name] = own[name];
  }
  return all;
}

function checkChords(signature: SignatureJson, path: string): void {
  if (signature.subtask_type === "chord") {
    tasksOf(headerOf(signature)).forEach((task, index) => {
      checkMember(task, `${path}.header[${index}]`);
      checkChords(task, `${path}.header[${index}]`);
    });
    checkChords(bodyOf(signature), `${path}.body`);
  } else if (signature.subtask_type === "chain" || signature.subtask_type === "group") {
    tasksOf(signature).forEach((task, index) => void checkChords(task, `${path}[${index}]`));
  }
}
