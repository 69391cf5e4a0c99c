/**
 * @module A `Redis` that writes down what it is sent and answers as an empty database would. For tests of what is sent;
 * what workers make of it is tested on real ones in `test/interop/celery`.
 */
import type { RedisLike, RedisPipeline } from "../../src/index.ts";

export type Sent = readonly string[];

export class Recorder implements RedisLike {
  /** Every command in order. */
  readonly commands: Sent[] = [];
  /** The commands of each request. */
  readonly requests: { atomic: boolean; commands: Sent[] }[] = [];
  /** What is answered to a command, by its name and key; overrides the rules below. */
  readonly answers = new Map<string, unknown>();
  readonly #sets = new Map<string, Set<string>>();

  async exec(command: [string, ...string[]]): Promise<unknown> {
    this.requests.push({ atomic: false, commands: [command] });
    return this.#answer(command);
  }

  pipeline(): RedisPipeline {
    return this.#collect(false);
  }

  multi(): RedisPipeline {
    return this.#collect(true);
  }

  #collect(atomic: boolean): RedisPipeline {
    const commands: Sent[] = [];
    const exec = async () => {
      this.requests.push({ atomic, commands });
      return commands.map((command) => ({ result: this.#answer(command) }));
    };
    return new Proxy({} as RedisPipeline, {
      get: (_target, name) =>
        name === "exec"
          ? exec
          : (...args: string[]) => void commands.push([String(name).toUpperCase(), ...args]),
    });
  }

  #answer(command: Sent): unknown {
    this.commands.push(command);
    const [name, key = "", ...rest] = command;
    const given = this.answers.get(`${name} ${key}`);
    if (given !== undefined) return given;
    switch (name) {
      case "SADD": {
        const members = this.#sets.get(key) ?? new Set();
        for (const member of rest) members.add(member);
        this.#sets.set(key, members);
        return rest.length;
      }
      case "SMEMBERS":
        return [...(this.#sets.get(key) ?? [])];
      case "MGET":
        return [key, ...rest].map(() => null);
      case "GET":
      case "RPOP":
        return null;
      case "SETEX":
        return "OK";
      default:
        return 1;
    }
  }
}
