/** @module The message that everything here publishes: its envelope has some 700 bytes, as a task's has. */

export const MESSAGE = { id: 42, state: "paid", note: "n".repeat(340) };
