/** @module Every route of the gateway, from the areas themselves: a new one is attacked without an edit here. */
import { AREAS, loadAreas, routeNames } from "../../src/http/areas.ts";
import type { Route } from "../../src/http/route.ts";

/** What is known of a route. */
export type Known = Pick<Route, "method" | "path" | "access"> & {
  readonly basic: boolean;
  readonly hasBody: boolean;
  readonly query: readonly string[];
};

/** All of them. */
export async function allRoutes(): Promise<readonly Known[]> {
  const last = AREAS.at(-1)!;
  const areas = [...(await loadAreas()), "load" in last ? await last.load() : last];
  return areas.flatMap((area, index) => {
    const names = routeNames(AREAS[index]!).map(({ method, path }) => `${method} ${path}`);
    return area.routes.map((route) => {
      if (!names.includes(`${route.method} ${route.path}`)) throw new Error(`${route.path} is not named`);
      const { method, path, access, basic = false, query = {} } = route;
      return { method, path, access, basic, hasBody: route.body !== undefined, query: Object.keys(query) };
    });
  });
}

/** Names in a path for which the deployment answers more than 404. */
const NAMES: Readonly<Record<string, string>> = { stream: "clicks", source: "github", exchange: "webhooks" };

/** A route's path with its placeholders filled, all or only those that the deployment does not name. */
export function fill(path: string, name?: string): string {
  return path.replace(/\{(\w+)\}/g, (_, placeholder: string) => name ?? NAMES[placeholder] ?? "hostile");
}
