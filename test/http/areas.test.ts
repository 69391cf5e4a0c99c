/** @module Areas that load later have the routes that they announce. */
import { expect, test } from "vitest";
import { AREAS, routeNames } from "../../src/http/areas.ts";

const lazy = AREAS.filter((area) => "load" in area);

test("some areas load later", () => {
  expect(lazy.length).toBeGreaterThan(0);
});

test.each(lazy.map((area) => [area.names[0]!, area] as const))("the area of %s", async (_name, area) => {
  const { routes } = await area.load();
  expect(routes.map(({ method, path }) => ({ method, path }))).toEqual(routeNames(area));
});
