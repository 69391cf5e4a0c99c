import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/**
 * Two projects: `*.test.ts` runs inside workerd, the runtime that ships; `*.node.test.ts` runs in Node, for what
 * must start processes (Redis, Python, workerd on the built bundle, npm).
 */
export default defineConfig({
  test: {
    // What the gateway logs of each request; tests that look at it catch it themselves.
    onConsoleLog: (text) => !text.startsWith('{"event":"request"'),
    projects: [
      {
        plugins: [
          cloudflareTest({
            miniflare: { compatibilityDate: "2026-10-01" },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.node.test.ts"],
          globalSetup: ["test/servers.ts", "test/conformance/server.ts"],
        },
      },
      {
        test: {
          name: "node",
          include: ["test/**/*.node.test.ts"],
          globalSetup: ["test/servers.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
