/** @module Chance that a seed can repeat: which faults, which publications, in which order. */

/** Draws of one seed. */
export interface Random {
  /** From 0 up to 1, which never comes. */
  next(): number;
  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number;
  /** One of them, by weight. */
  pick<Item extends { readonly weight: number }>(items: readonly Item[]): Item;
  /** Cards that hold each item as often as its weight says, drawn until none is left, then shuffled again: none is left out for long. */
  deck<Item extends { readonly weight: number }>(items: readonly Item[]): () => Item;
  /** A sequence of its own, such as one for each client, so that their pace does not change each other's draws. */
  branch(name: string): Random;
}

/** Draws by Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick(items) {
      let left = next() * items.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of items) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return items.at(-1)!;
    },
    deck(items) {
      const cards = items.flatMap((item) => new Array<typeof item>(item.weight).fill(item));
      let left: typeof cards = [];
      return () => {
        if (left.length === 0) left = [...cards];
        return left.splice(Math.floor(next() * left.length), 1)[0]!;
      };
    },
    branch(name) {
      let hash = seed;
      for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
      return randomOf(hash);
    },
  };
}
