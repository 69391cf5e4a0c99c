/** @module What every contender's Worker is bound to. */

/** The database, and a sender's secret. */
export interface BenchEnvironment {
  readonly UPSTASH_REDIS_REST_URL: string;
  readonly UPSTASH_REDIS_REST_TOKEN: string;
  readonly API_TOKEN: string;
  readonly GITHUB_WEBHOOK_SECRET: string;
}
