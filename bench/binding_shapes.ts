/** @module Binding tables of the shapes that occur, and routing keys to look up in them. */

/** How a table's binding keys are made, and routing keys that match just one of them. */
export interface Shape {
  readonly id: string;
  readonly name: string;
  readonly topic: boolean;
  binding(row: number): string;
  /** Another one for each call, but for direct exchanges, which have as many matching keys as rows. */
  key(row: number, call: number): string;
}

/** The shapes. */
export const SHAPES: readonly Shape[] = [
  {
    id: "direct",
    name: "direct",
    topic: false,
    binding: (row) => `tenant${row}.order.paid`,
    key: (row) => `tenant${row}.order.paid`,
  },
  {
    id: "topic-first",
    name: "topic, tenant7.order.*",
    topic: true,
    binding: (row) => `tenant${row}.order.*`,
    key: (row, call) => `tenant${row}.order.paid${call}`,
  },
  {
    id: "topic-last",
    name: "topic, *.order.event7",
    topic: true,
    binding: (row) => `*.order.event${row}`,
    key: (row, call) => `tenant${call}.order.event${row}`,
  },
  {
    id: "topic-middle",
    name: "topic, *.order7.#",
    topic: true,
    binding: (row) => `*.order${row}.#`,
    key: (row, call) => `tenant${call}.order${row}.paid`,
  },
];

/** Keys of one batch; half of them match. */
export const BATCH_KEYS = 20;
/** Of each batch. */
export const MATCHING_KEYS: number = BATCH_KEYS / 2;
/** A prime, so that the rows are all met, but not in the order in which they were bound. */
const STRIDE = 7_919;

/**
 * Batches of routing keys: in turn one that matches a single row, and one of a row that there is not.
 * No key comes twice, but that those which match a direct exchange begin again when each row was met, which is after `size / MATCHING_KEYS` batches.
 *
 * @param size Rows of the table; a power of ten.
 */
export function batchesOfKeys({ key }: Shape, size: number): () => readonly string[] {
  let call = 0;
  return () =>
    Array.from({ length: BATCH_KEYS }, () => {
      const isMatching = call % 2 === 0;
      const text = key(isMatching ? ((call / 2) * STRIDE) % size : size + call, call);
      call++;
      return text;
    });
}
