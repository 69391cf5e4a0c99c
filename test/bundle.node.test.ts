/** @module The default Worker stays small. */
import { expect, test } from "vitest";
import { BUNDLE_LIMIT, bundleLine, measureBundle } from "../bench/bundle.ts";

test("the bundle is within its limit, and its size is printed", async () => {
  const size = await measureBundle();
  console.log(bundleLine(size));
  expect(size.gzip).toBeGreaterThan(10_000);
  expect(size.gzip).toBeLessThanOrEqual(BUNDLE_LIMIT);
});
