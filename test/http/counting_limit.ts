/** @module A stand-in for a rate-limiting binding that never forgets; the real one is in `rate_limits.node.test.ts`. */

/** Lets so many through for each key, and keeps the keys it was asked for. */
export function countingLimit(limit: number) {
  const keys: string[] = [];
  return {
    keys,
    limit: async ({ key }: { key: string }) => ({
      success: keys.push(key) && keys.filter((k) => k === key).length <= limit,
    }),
  };
}
