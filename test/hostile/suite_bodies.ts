/** @module Every body to every route that takes one. */
import { describe, test } from "vitest";
import { BODIES, TYPES } from "./bodies.ts";
import { each } from "./pool.ts";
import { fill, type Known } from "./routes.ts";
import { AUTHORIZED, type World } from "./world.ts";

/** The suite. */
export function bodies(world: () => World, routes: () => readonly Known[]): void {
  describe("bodies", () => {
    test.each(BODIES.map((body) => [body.name, body] as const))("%s", async (name, body) => {
      const { type, headers = [], bytes, bound, heavy } = body;
      const requests = routes()
        .filter(({ hasBody }) => hasBody)
        .flatMap(({ method, path }, index) => {
          // JSON always, and now and then one of the others: every pair comes up over the bodies.
          const turn = TYPES[1 + ((index + name.length) % (TYPES.length - 1))]!;
          const isItsTurn = (index + name.length) % 3 === 0;
          const types = type === undefined ? [TYPES[0], ...(isItsTurn ? [turn] : [])] : [type];
          return types.map((one) => [method, path, one] as const);
        });
      await each(
        requests,
        async ([method, path, one]) => {
          const all = [...AUTHORIZED, ["content-type", one] as const, ...headers];
          await world().attack(
            { method, target: fill(path), headers: all, body: bytes },
            { ...(bound && { bound }) },
          );
        },
        heavy ? 1 : undefined,
      );
    });
  });
}
