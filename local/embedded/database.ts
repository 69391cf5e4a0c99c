/** @module The keys of the embedded store, their types and their expiry. */
import { type ByteString, wrongType } from "./reply.ts";

/** What each Redis type is kept as. */
export interface Types {
  string: ByteString;
  list: ByteString[];
  set: Set<ByteString>;
  hash: Map<ByteString, ByteString>;
  zset: Map<ByteString, number>;
}

interface Entry {
  readonly type: keyof Types;
  value: Types[keyof Types];
  /** Epoch milliseconds. */
  expiresAt: number | undefined;
}

const EMPTY: { [T in keyof Types]: () => Types[T] } = {
  string: () => "",
  list: () => [],
  set: () => new Set(),
  hash: () => new Map(),
  zset: () => new Map(),
};

/** One database. Keys expire when they are looked at, by a clock that stands still during a command. */
export class Database {
  readonly #entries = new Map<ByteString, Entry>();
  readonly #clock: () => number;
  /** Epoch milliseconds of the command that runs. */
  now = 0;

  /** @param clock Epoch milliseconds. Default is `Date.now`. */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
    this.startCommand();
  }

  /** Reads the clock. Called once per command, script or transaction. */
  startCommand(): void {
    this.now = this.#clock();
  }

  type(key: ByteString): keyof Types | undefined {
    return this.#live(key)?.type;
  }

  /** @throws RedisReplyError WRONGTYPE when the key holds another type. */
  read<T extends keyof Types>(key: ByteString, type: T): Types[T] | undefined {
    const entry = this.#live(key);
    if (entry && entry.type !== type) throw wrongType();
    return entry?.value as Types[T] | undefined;
  }

  /** Like `read`, but makes an empty value when there is none. The caller fills it. */
  open<T extends keyof Types>(key: ByteString, type: T): Types[T] {
    const value = this.read(key, type);
    if (value !== undefined) return value;
    const made = EMPTY[type]();
    this.#entries.set(key, { type, value: made, expiresAt: undefined });
    return made;
  }

  /** Puts a string in place of whatever the key held. */
  writeString(key: ByteString, value: ByteString, expiresAt?: number): void {
    this.#entries.set(key, { type: "string", value, expiresAt });
  }

  /** Changes what a list holds. */
  replaceList(key: ByteString, value: ByteString[]): void {
    const entry = this.#live(key);
    if (entry) entry.value = value;
    this.dropIfEmpty(key);
  }

  /** Removes a key whose list, set, hash or sorted set has become empty: Redis has no empty ones. */
  dropIfEmpty(key: ByteString): void {
    const value = this.#entries.get(key)?.value;
    if (value === undefined || typeof value === "string") return;
    if ((Array.isArray(value) ? value.length : value.size) === 0) this.#entries.delete(key);
  }

  delete(key: ByteString): boolean {
    return this.#live(key) !== undefined && this.#entries.delete(key);
  }

  expiresAt(key: ByteString): number | undefined {
    return this.#live(key)?.expiresAt;
  }

  /** Sets or, with `undefined`, takes away a key's expiry. One in the past removes the key. */
  expire(key: ByteString, at: number | undefined): void {
    const entry = this.#live(key);
    if (entry) entry.expiresAt = at;
    this.#live(key);
  }

  keys(): ByteString[] {
    return [...this.#entries.keys()].filter((key) => this.#live(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  #live(key: ByteString): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > this.now) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}
