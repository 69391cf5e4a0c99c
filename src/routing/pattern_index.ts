/**
 * Topic patterns, found by the literal words that they begin or end with, so that a routing key is tried against few of
 * many. Spec kombu-redis §6.4.
 * @module
 */
import type { VaryingPattern } from "./matcher.ts";

interface Entry {
  readonly pattern: VaryingPattern;
  readonly queues: string[];
}

/** The patterns of a table that are not plain keys, with the queues bound by each. */
export class PatternIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #byFirstWords = new Map<string, Entry[]>();
  readonly #byLastWords = new Map<string, Entry[]>();
  readonly #others: Entry[] = [];
  #longestFirst = 0;
  #longestLast = 0;

  /** @param stored The pattern's text, the same for the same pattern. */
  add(stored: string, pattern: VaryingPattern, queue: string): void {
    const known = this.#entries.get(stored);
    if (known) {
      known.queues.push(queue);
      return;
    }
    const entry = { pattern, queues: [queue] };
    this.#entries.set(stored, entry);
    const first = pattern.prefix.slice(0, pattern.prefix.lastIndexOf(".") + 1);
    const dot = pattern.suffix.indexOf(".");
    if (first !== "") {
      append(this.#byFirstWords, first, entry);
      this.#longestFirst = Math.max(this.#longestFirst, first.length);
    } else if (dot >= 0) {
      const last = pattern.suffix.slice(dot);
      append(this.#byLastWords, last, entry);
      this.#longestLast = Math.max(this.#longestLast, last.length);
    } else {
      this.#others.push(entry);
    }
  }

  /** Adds the queues of all patterns that match. */
  collect(routingKey: string, queues: Set<string>): void {
    collectMatching(this.#others, routingKey, queues);
    if (this.#longestFirst > 0) this.#collectByFirstWords(routingKey, queues);
    if (this.#longestLast > 0) {
      this.#collectByLastWords(routingKey, routingKey, queues);
      // Python's `$` also matches before one final newline.
      if (routingKey.endsWith("\n")) this.#collectByLastWords(routingKey, routingKey.slice(0, -1), queues);
    }
  }

  #collectByFirstWords(routingKey: string, queues: Set<string>): void {
    for (let dot = routingKey.indexOf("."); dot >= 0; dot = routingKey.indexOf(".", dot + 1)) {
      if (dot >= this.#longestFirst) return;
      collectMatching(this.#byFirstWords.get(routingKey.slice(0, dot + 1)), routingKey, queues);
    }
  }

  #collectByLastWords(routingKey: string, text: string, queues: Set<string>): void {
    for (let dot = text.lastIndexOf("."); dot >= 0; dot = text.lastIndexOf(".", dot - 1)) {
      if (text.length - dot > this.#longestLast) return;
      collectMatching(this.#byLastWords.get(text.slice(dot)), routingKey, queues);
      if (dot === 0) return;
    }
  }
}

function collectMatching(entries: readonly Entry[] = [], routingKey: string, queues: Set<string>): void {
  for (const entry of entries) {
    if (entry.pattern.matches(routingKey)) for (const queue of entry.queues) queues.add(queue);
  }
}

function append(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}
