/** @module What goes over the wire: every HTTP request to Redis, passed on to the real server and noted. */

/** One HTTP request as the commands that it asks for; a transaction is spelt out, as over TCP. */
export type CapturedCommands = readonly (readonly string[])[];

/**
 * Runs something with `globalThis.fetch` passing through us.
 *
 * @returns Its result, the commands of all its requests in order, and the paths that were asked.
 */
export async function captured<Result>(run: () => Promise<Result>): Promise<{
  readonly result: Result;
  readonly commands: CapturedCommands;
  readonly paths: readonly string[];
}> {
  const commands: (readonly string[])[] = [];
  const paths: string[] = [];
  const fetch = globalThis.fetch;
  globalThis.fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input as string, init);
    const path = new URL(request.url).pathname;
    paths.push(path);
    commands.push(...asCommands(path, await request.clone().text()));
    return await fetch(input, init);
  };
  try {
    return { result: await run(), commands, paths };
  } finally {
    globalThis.fetch = fetch;
  }
}

function asCommands(path: string, body: string): CapturedCommands {
  const sent = JSON.parse(body) as readonly unknown[];
  if (path === "/") return [texts(sent)];
  const commands = sent.map((command) => texts(command as readonly unknown[]));
  if (path === "/pipeline") return commands;
  if (path === "/multi-exec") return [["MULTI"], ...commands, ["EXEC"]];
  throw new Error(`a request to ${path}`);
}

function texts(command: readonly unknown[]): readonly string[] {
  return command.map((argument, index) => (index === 0 ? String(argument).toUpperCase() : String(argument)));
}
