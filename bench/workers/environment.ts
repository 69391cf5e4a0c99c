/** @module What every contender's Worker is bound to. */

/** The database. */
export interface BenchEnvironment {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
}
