/**
 * An exchange's bindings, read from the members of its set and indexed for matching. Pure. Spec kombu-redis §6.2–6.4.
 * @module
 */
import { type CompiledPattern, compilePattern } from "./matcher.ts";
import { PoisonPattern } from "./pattern.ts";
import { PatternIndex } from "./pattern_index.ts";

/** The exchange types that Kombu's Redis transport can deliver to. */
export type ExchangeType = "direct" | "topic" | "fanout";

/** One row of the table. */
export interface Binding {
  readonly routingKey: string;
  /** The stored regular expression; empty unless the binder knew the exchange as topic. */
  readonly pattern: string;
  readonly queue: string;
}

/** A row that cannot be used. Kombu would fail every publish to the exchange because of it. */
export interface SkippedBinding {
  readonly member: string;
  readonly reason: "malformed" | "empty-queue" | "poison-pattern";
}

/** How many routing keys a table remembers the answer for, per exchange type. */
const REMEMBERED_KEYS = 2_000;

/** The bindings of one exchange. Immutable; a refresh makes a new one. */
export class BindingTable {
  readonly bindings: readonly Binding[];
  readonly skipped: readonly SkippedBinding[];
  readonly members: ReadonlySet<string>;
  readonly #byKey = new Map<string, string[]>();
  readonly #literals = new Map<string, string[]>();
  readonly #patterns = new PatternIndex();
  readonly #plain = new Map<string, string[]>();
  readonly #plainQueues = new Set<string>();
  readonly #remembered = new Map<string, readonly string[]>();

  /**
   * @param members The set's members, as stored.
   * @param sep The separator that the binders used.
   */
  constructor(members: Iterable<string>, sep: string) {
    this.members = new Set(members);
    const bindings: Binding[] = [];
    const skipped: SkippedBinding[] = [];
    const compiled = new Map<string, CompiledPattern | undefined>();
    for (const member of this.members) {
      const fields = member.split(sep);
      const [routingKey, pattern, queue] = fields;
      if (fields.length !== 3 || routingKey === undefined || pattern === undefined || queue === undefined) {
        skipped.push({ member, reason: "malformed" });
      } else if (queue === "") {
        // Kombu compiles the pattern all the same: one that it cannot compile is the graver fault.
        const isPoison = pattern !== "" && compileOrPoison(pattern) === undefined;
        skipped.push({ member, reason: isPoison ? "poison-pattern" : "empty-queue" });
      } else if (!this.#index(routingKey, pattern, queue, compiled)) {
        // A direct exchange ignores patterns, so the row still counts there.
        skipped.push({ member, reason: "poison-pattern" });
        bindings.push({ routingKey, pattern, queue });
      } else {
        bindings.push({ routingKey, pattern, queue });
      }
    }
    this.bindings = bindings;
    this.skipped = skipped;
  }

  /**
   * The distinct queues that get a copy.
   *
   * @param type The exchange's type as the caller states it. Without one a row with a pattern is matched as topic and a
   * row without one as direct. Under `topic` a row without a pattern matches every key, as in Kombu.
   */
  match(type: ExchangeType | undefined, routingKey: string): readonly string[] {
    const memo = `${type ?? ""}\0${routingKey}`;
    const known = this.#remembered.get(memo);
    if (known) return known;
    const queues = [...this.#find(type, routingKey)];
    if (this.#remembered.size >= REMEMBERED_KEYS) this.#remembered.clear();
    this.#remembered.set(memo, queues);
    return queues;
  }

  /** Whether one binding matches, for showing why a key goes where it goes. */
  matches(binding: Binding, type: ExchangeType | undefined, routingKey: string): boolean {
    if (type === "fanout") return true;
    if (type === "direct" || (type === undefined && binding.pattern === ""))
      return binding.routingKey === routingKey;
    if (binding.pattern === "") return true;
    try {
      const compiled = compilePattern(binding.pattern);
      return "literal" in compiled ? isLiteral(compiled.literal, routingKey) : compiled.matches(routingKey);
    } catch {
      return false;
    }
  }

  #find(type: ExchangeType | undefined, routingKey: string): Set<string> {
    if (type === "fanout") return new Set(this.bindings.map(({ queue }) => queue));
    if (type === "direct") return new Set(this.#byKey.get(routingKey));
    const queues = new Set<string>(type === "topic" ? this.#plainQueues : this.#plain.get(routingKey));
    for (const queue of this.#literals.get(routingKey) ?? []) queues.add(queue);
    if (routingKey.endsWith("\n"))
      for (const queue of this.#literals.get(routingKey.slice(0, -1)) ?? []) queues.add(queue);
    this.#patterns.collect(routingKey, queues);
    return queues;
  }

  #index(
    routingKey: string,
    pattern: string,
    queue: string,
    compiled: Map<string, CompiledPattern | undefined>,
  ): boolean {
    append(this.#byKey, routingKey, queue);
    if (pattern === "") {
      append(this.#plain, routingKey, queue);
      this.#plainQueues.add(queue);
      return true;
    }
    if (!compiled.has(pattern)) compiled.set(pattern, compileOrPoison(pattern));
    const ready = compiled.get(pattern);
    if (!ready) return false;
    if ("literal" in ready) append(this.#literals, ready.literal, queue);
    else this.#patterns.add(pattern, ready, queue);
    return true;
  }
}

function compileOrPoison(pattern: string): CompiledPattern | undefined {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof PoisonPattern) return undefined;
    throw error;
  }
}

/** Python's `$` also matches before one final newline. */
function isLiteral(literal: string, routingKey: string): boolean {
  return routingKey === literal || routingKey === `${literal}\n`;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
