/**
 * A canvas in the one form that the rest works on: no chain in a chain, no group in a group, nothing after a group or a
 * chord (what follows a group makes it a chord, what follows a chord belongs to its body). Spec celery §6.2.
 *
 * The result is a copy that may be changed. Signatures are shared within it where Celery shares them.
 * @module
 */
import type { SignatureJson } from "./signature.ts";
import type { WireOptions } from "./task_options.ts";

/** A chain's or group's members. */
export function tasksOf(signature: SignatureJson): SignatureJson[] {
  return signature.kwargs.tasks as SignatureJson[];
}

/** A chord's header, which is a group. */
export function headerOf(chord: SignatureJson): SignatureJson {
  return chord.kwargs.header as SignatureJson;
}

/** A chord's body. */
export function bodyOf(chord: SignatureJson): SignatureJson {
  return chord.kwargs.body as SignatureJson;
}

/** The copy in normal form. */
export function normalForm(signature: SignatureJson): SignatureJson {
  switch (signature.subtask_type) {
    case "chain":
      return chainForm(signature);
    case "group":
      return groupForm(signature);
    case "chord": {
      const { kwargs, header, body } = signature.kwargs as Record<string, SignatureJson>;
      const tasks = groupForm({ ...header!, args: signature.args });
      const form = {
        ...copy(signature),
        args: [],
        kwargs: { kwargs, header: tasks, body: normalForm(body!) },
      };
      return { ...form, options: attach(form, form.options) };
    }
    default:
      // As a map's own type a worker that applies it would lose its id and its place in a group.
      return { ...copy(signature), subtask_type: null };
  }
}

function chainForm(chain: SignatureJson): SignatureJson {
  const steps: SignatureJson[] = [];
  for (const task of tasksOf(chain)) follow(steps, normalForm(task));
  const [first] = steps;
  // Arguments of the chain are its first task's.
  if (chain.args.length > 0 && first && !first.immutable) first.args = [...chain.args, ...first.args];
  if (steps.length > 1) return { ...copy(chain), args: [], kwargs: { tasks: steps } };
  Object.assign(first!.options, attach(first!, copy(chain).options));
  return first!;
}

/** Appends a step to those before it. */
function follow(steps: SignatureJson[], next: SignatureJson): void {
  if (next.subtask_type === "chain") {
    for (const step of spread(next)) follow(steps, step);
    return;
  }
  if (next.subtask_type === "group" && tasksOf(next).length === 1) {
    follow(steps, unwrapped(next)[0]!);
    return;
  }
  const last = steps.at(-1);
  if (last?.subtask_type === "chord") {
    last.kwargs.body = joined(bodyOf(last), next);
  } else if (last?.subtask_type === "group") {
    steps[steps.length - 1] = asSignature("chord", { kwargs: {}, header: last, body: next });
  } else {
    steps.push(next);
  }
}

/** An inner chain's steps, with its options where Celery would apply them. */
function spread(chain: SignatureJson): SignatureJson[] {
  const steps = tasksOf(chain);
  const { task_id, ...options } = attachToSteps(steps, chain.options);
  Object.assign(steps[0]!.options, options);
  if (task_id !== undefined) steps.at(-1)!.options.task_id ??= task_id;
  return steps;
}

function joined(body: SignatureJson, next: SignatureJson): SignatureJson {
  const steps: SignatureJson[] = [];
  follow(steps, body);
  follow(steps, next);
  return steps.length === 1 ? steps[0]! : asSignature("chain", { tasks: steps });
}

function groupForm(group: SignatureJson): SignatureJson {
  const tasks = tasksOf(group)
    .map(normalForm)
    .flatMap((task) => (task.subtask_type === "group" ? unwrapped(task) : [task]));
  if (group.args.length > 0) {
    for (const task of tasks) if (!task.immutable) task.args = [...group.args, ...task.args];
  }
  const { link, ...options } = group.options;
  const form = { ...group, args: [], kwargs: { tasks } };
  return { ...form, options: { ...attach(form, options), ...(link ? { link } : {}) } };
}

/** A group's tasks with its options, but for its id, set over their own. */
function unwrapped(group: SignatureJson): SignatureJson[] {
  const { task_id: _id, ...options } = group.options;
  for (const task of tasksOf(group)) Object.assign(task.options, options);
  return tasksOf(group);
}

/** Adds callbacks and errbacks among a canvas's options where Celery would; returns the other options. */
export function attach(signature: SignatureJson, options: WireOptions): WireOptions {
  const { link, link_error, ...rest } = options;
  for (const callback of listed(link)) addCallback(signature, callback);
  for (const errback of listed(link_error)) addErrback(signature, errback);
  return rest;
}

/** The same for a chain that is taken apart: callbacks are its last step's, errbacks each one's. */
export function attachToSteps(steps: readonly SignatureJson[], options: WireOptions): WireOptions {
  for (const callback of listed(options.link)) addCallback(steps.at(-1)!, callback);
  const { link, ...errbacks } = options;
  return steps.map((step) => attach(step, errbacks))[0]!;
}

/** Adds a callback: a chord's to its body. */
export function addCallback(signature: SignatureJson, callback: SignatureJson): void {
  if (signature.subtask_type === "chord") addCallback(bodyOf(signature), callback);
  else append(signature, "link", callback);
}

/** Adds an errback: a group's to each member, a chord's to its body and to the chords of its header. */
function addErrback(signature: SignatureJson, errback: SignatureJson): void {
  if (signature.subtask_type === "group") {
    for (const task of tasksOf(signature)) addErrback(task, errback);
  } else if (signature.subtask_type === "chord") {
    for (const task of tasksOf(headerOf(signature))) {
      if (task.subtask_type === "chord") addErrback(task, errback);
    }
    addErrback(bodyOf(signature), errback);
  } else {
    append(signature, "link_error", errback);
  }
}

function append({ options }: SignatureJson, key: string, signature: SignatureJson): void {
  options[key] = [...listed(options[key]), signature];
}

function listed(signatures: unknown): readonly SignatureJson[] {
  return (signatures ?? []) as readonly SignatureJson[];
}

function asSignature(type: string, kwargs: Record<string, unknown>): SignatureJson {
  return { task: `celery.${type}`, args: [], kwargs, options: {}, subtask_type: type, immutable: false };
}

function copy(signature: SignatureJson): SignatureJson {
  return { ...signature, options: { ...signature.options } };
}
