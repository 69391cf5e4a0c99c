/** @module Which of a Worker's modules an isolate has evaluated by the time that it has answered a first request: asked of workerd. */
import { type Bundle, WORKER } from "./bundles.ts";
import type { LoadRequest } from "./load.ts";
import { serve } from "./workerd.ts";

const TELLER = "loaded_modules.js";
const PATH = "/loaded-modules";

/**
 * The gzipped size of the modules that a first request takes, in bytes. Each module is made to note that it was evaluated, in a workerd of its own, so
 * that nothing else is measured with it. Workerd has read the others too, but run none of them.
 *
 * @param bindings Text bindings.
 * @param request The first; its URL is a path.
 * @throws Error when it is not answered with a 2xx.
 */
export async function bytesLoadedFor(
  bundle: Bundle,
  bindings: Readonly<Record<string, string>>,
  request: LoadRequest,
): Promise<number> {
  const worker = await serve({ ...bundle, modules: telling(bundle.modules) }, bindings, request);
  try {
    const response = await fetch(`${worker.url}${PATH}`);
    const names = (await response.json()) as readonly string[];
    return names.reduce((sum, name) => sum + bundle.sizes.get(name)!, 0);
  } finally {
    await worker.close();
  }
}

function telling(modules: Bundle["modules"]): Bundle["modules"] {
  const teller = `import worker from "./${WORKER}";
export default {
  ...worker,
  fetch: (request, env, context) =>
    new URL(request.url).pathname === "${PATH}"
      ? Response.json(globalThis.loadedModules)
      : worker.fetch(request, env, context),
};
`;
  const noting = [...modules].map(
    ([name, code]) =>
      [name, `(globalThis.loadedModules ??= []).push(${JSON.stringify(name)});\n${code}`] as const,
  );
  return new Map([[TELLER, teller], ...noting]);
}
