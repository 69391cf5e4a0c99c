/** @module The message that everything here publishes, and how many of them are a batch. */

/** Has 374 bytes as JSON, and some 770 with its envelope. */
export const MESSAGE = { id: 42, state: "paid", note: "n".repeat(340) };

/** Messages of a batch. */
export const BATCH = 10_000;
