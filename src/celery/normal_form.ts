/**
 * A canvas in the one form that the rest works on: no chain in a chain, no group in a group, nothing after a group or a
 * chord (what follows a group makes it a chord, what follows a chord belongs to its body). Spec celery §6.2.
 *
 * The result is a copy that may be changed. Signatures are shared within it where Celery shares them.
 * @module
 */
import type { SignatureJson } from "./signature.ts";

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
      // Callbacks of a chord are its body's.
      const { link, link_error, ...options } = form.options;
      for (const callback of (link ?? []) as SignatureJson[]) addCallback(form, callback);
      for (const errback of (link_error ?? []) as SignatureJson[]) addErrback(form, errback);
      return { ...form, options };
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
  const only = first!;
  const { link, link_error, ...options } = copy(chain).options;
  Object.assign(only.options, options);
  for (const callback of (link ?? []) as SignatureJson[]) addCallback(only, callback);
  for (const errback of (link_error ?? []) as SignatureJson[]) addErrback(only, errback);
  return only;
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

/** An inner chain's steps with its options where Celery would apply them: on the first, callbacks on the last, errbacks on all. */
export function spread(chain: SignatureJson): SignatureJson[] {
  const { link, link_error, task_id, ...options } = chain.options;
  const steps = tasksOf(chain);
  Object.assign(steps[0]!.options, options);
  if (task_id !== undefined) steps.at(-1)!.options.task_id ??= task_id;
  for (const callback of (link ?? []) as SignatureJson[]) addCallback(steps.at(-1)!, callback);
  for (const errback of (link_error ?? []) as SignatureJson[])
    for (const step of steps) addErrback(step, errback);
  return steps;
}

function joined(body: SignatureJson, next: SignatureJson): SignatureJson {
  const steps: SignatureJson[] = [];
  follow(steps, body);
  follow(steps, next);
  return steps.length === 1 ? steps[0]! : asSignature("chain", { tasks: steps });
}

function groupForm(group: SignatureJson): SignatureJson {
  const { link_error, ...options } = copy(group).options;
  const tasks = tasksOf(group)
    .map(normalForm)
    .flatMap((task) => (task.subtask_type === "group" ? unwrapped(task) : [task]));
  if (group.args.length > 0) {
    for (const task of tasks) if (!task.immutable) task.args = [...group.args, ...task.args];
  }
  const form: SignatureJson = { ...group, args: [], options, kwargs: { tasks } };
  for (const errback of (link_error ?? []) as SignatureJson[]) addErrback(form, errback);
  return form;
}

/** A group's tasks with its options, but for its id, set over their own. */
function unwrapped(group: SignatureJson): SignatureJson[] {
  const { task_id: _id, ...options } = group.options;
  for (const task of tasksOf(group)) Object.assign(task.options, options);
  return tasksOf(group);
}

/** Adds a callback where Celery would: a chord's to its body. */
export function addCallback(signature: SignatureJson, callback: SignatureJson): void {
  if (signature.subtask_type === "chord") addCallback(bodyOf(signature), callback);
  else append(signature, "link", callback);
}

/** Adds an errback where Celery would: a group's to each member, a chord's to its body and to the chords of its header. */
export function addErrback(signature: SignatureJson, errback: SignatureJson): void {
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
  options[key] = [...((options[key] ?? []) as SignatureJson[]), signature];
}

function asSignature(type: string, kwargs: Record<string, unknown>): SignatureJson {
  return { task: `celery.${type}`, args: [], kwargs, options: {}, subtask_type: type, immutable: false };
}

function copy(signature: SignatureJson): SignatureJson {
  return { ...signature, options: { ...signature.options } };
}
