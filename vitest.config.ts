import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const sources = fileURLToPath(new URL("packages/pushforward/src", import.meta.url));

/** Unit tests read `pushforward` from its sources, so that they need no build. */
const fromSources = [
  { find: /^pushforward$/, replacement: `${sources}/index.ts` },
  { find: /^pushforward\/([a-z]+)$/, replacement: `${sources}/$1/index.ts` },
];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        resolve: { alias: fromSources },
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "scripts/**/*.test.mjs"],
          exclude: ["packages/*/test/e2e/**"],
        },
      },
      {
        // No alias here: these tests use the built packages, as a user's program does.
        extends: true,
        test: { name: "e2e", include: ["packages/*/test/e2e/**/*.test.ts"] },
      },
    ],
  },
});
