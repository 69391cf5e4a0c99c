/** @module What the HTTP front asks of a Redis, whichever of the three it is. */

/** A command as it goes to Redis: its name, then its arguments, all bytes. */
export type Command = readonly Buffer[];

/** An error that Redis itself answered. Its message starts with Redis' own code, such as `ERR` or `WRONGTYPE`. */
export class RedisReplyError extends Error {
  override name = "RedisReplyError" as const;
}

/** A Redis that cannot be reached or went away. Whether the commands under way were applied is unknown. */
export class StoreUnavailableError extends Error {
  override name = "StoreUnavailableError" as const;
}

/** A reply of Redis. An integer beyond 2^53 is a `bigint`; an error inside an array is one of its items. */
export type Reply = Buffer | number | bigint | null | RedisReplyError | readonly Reply[];

/** A Redis behind the HTTP front. */
export interface Store {
  /** Where a TCP client, such as Kombu, can attach; `undefined` for the embedded store. */
  readonly redisUrl: string | undefined;
  /**
   * Runs commands in order on one connection. Other clients may interleave; an error takes its command's place.
   *
   * @throws StoreUnavailableError when Redis cannot be reached or the connection broke.
   */
  run(commands: readonly Command[]): Promise<readonly Reply[]>;
  /**
   * Runs commands as one MULTI/EXEC on a connection of its own.
   *
   * @returns the replies, with run-time errors in their places, or one error when Redis discarded the whole.
   * @throws StoreUnavailableError when Redis cannot be reached or the connection broke.
   */
  transaction(commands: readonly Command[]): Promise<readonly Reply[] | RedisReplyError>;
  /** Closes connections and stops what this store started. */
  close(): Promise<void>;
}

/** The error of a transaction that did not run: `EXECABORT`, with the reason Redis gave for refusing a command. */
export function discarded(reason: RedisReplyError): RedisReplyError {
  return new RedisReplyError(`EXECABORT Transaction discarded because of: ${reason.message}`);
}
