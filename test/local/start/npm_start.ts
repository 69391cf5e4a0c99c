/** @module `npm start` as a process of its own, for tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A run of `npm start`. */
export interface Started {
  readonly child: ChildProcess;
  output(): string;
  /** Waits until the output holds the text, and returns all of it. */
  until(text: string): Promise<string>;
}

/** Starts it with further variables. */
export function start(environment: Record<string, string>): Started {
  const { REDIS_URL: _, API_TOKEN: __, ...inherited } = process.env;
  const started = spawn(process.execPath, ["local/start.ts"], {
    cwd: root,
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [started.stdout, started.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  return {
    child: started,
    output: () => output,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve(output);
        listeners.add(look);
        started.once("exit", () => reject(new Error(`It ended before "${text}":\n${output}`)));
        look();
      }),
  };
}

/** Sends what the printed curl would send. */
export function printedRequest(output: string): Promise<Response> {
  const [, url] = /curl -X POST (\S+)/.exec(output)!;
  const headers = [...output.matchAll(/-H "([^:"]+): ([^"]+)"/g)].map(([, name, value]) => [name!, value!]);
  const [, body] = /-d '([^']+)'/.exec(output)!;
  return fetch(url!, { method: "POST", headers: headers as [string, string][], body: body! });
}
