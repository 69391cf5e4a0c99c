/** @module Many attacks, a few at a time: the Worker has one thread, and each answer is timed. */

/** How many are under way at once. */
const WIDTH = 4;

/** Runs all of them. */
export async function each<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<unknown>,
  width: number = WIDTH,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < items.length) await run(items[next++]!);
    }),
  );
}
