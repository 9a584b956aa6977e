import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

const sources = fileURLToPath(new URL("packages/pushforward/src", import.meta.url));

/** Unit tests read `pushforward` from its sources, so that they need no build. */
const fromSources = [
  { find: /^pushforward$/, replacement: `${sources}/index.ts` },
  { find: /^pushforward\/([a-z]+)$/, replacement: `${sources}/$1/index.ts` },
];

/** Tests whose outcome depends on what runs the programs. */
const testsOfPrograms = ["evaluation", "fit", "io", "laws", "model", "training"];

function hasOnnxRuntime(): boolean {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return true;
  } catch {
    console.warn('"unit on onnx" is skipped: the optional onnxruntime-node is not installed.');
    return false;
  }
}

/** What they prove is the same whatever runs the programs, which other tests see to: once is enough. */
const testsOnOneEngine = [
  "fit/known-densities",
  "flows/one-dimensional",
  "io/model-file",
  "model/circles",
  "model/images",
  "training/conditional",
  "training/dequantization",
  "training/preprocessing",
].map((name) => `packages/pushforward/test/${name}.test.ts`);

const unitOnOnnx: TestProjectConfiguration = {
  extends: true,
  resolve: { alias: fromSources },
  test: {
    name: "unit on onnx",
    env: { PUSHFORWARD_ENGINE: "onnx" },
    setupFiles: ["no-stand-in", "one-thread"].map(
      (name) => `packages/pushforward/test/support/${name}.ts`,
    ),
    include: [
      ...testsOfPrograms.map((folder) => `packages/pushforward/test/${folder}/**/*.test.ts`),
      ...testsOnOneEngine,
    ],
    // It runs its files on ONNX Runtime, whatever runs the model.
    exclude: ["packages/pushforward/test/model/export-onnx.test.ts"],
  },
};

const endToEnd = ["packages/*/test/e2e/**/*.test.ts"];

const hasOnnx = hasOnnxRuntime();

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
          env: { PUSHFORWARD_ENGINE: "jax", ...(hasOnnx && { OTHER_PROJECT: "onnx" }) },
          include: ["{packages,apps}/*/test/**/*.test.ts", "scripts/**/*.test.mjs"],
          exclude: ["{packages,apps}/*/test/e2e/**", ...(hasOnnx ? testsOnOneEngine : [])],
        },
      },
      ...(hasOnnx ? [unitOnOnnx] : []),
      // No alias here: these tests use the built packages, as a user's program does.
      {
        extends: true,
        test: { name: "e2e", include: [...endToEnd, "bench/**/*.test.mjs"] },
      },
      // The built page in a real browser; without one, they are skipped.
      {
        extends: true,
        test: {
          name: "page",
          include: ["apps/playground/test/e2e/**/*.test.ts"],
          globalSetup: ["apps/playground/test/e2e/find-chromium.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "e2e on jax",
          env: { PUSHFORWARD_ENGINE: "jax" },
          // A stop depends on what trains; "engines" runs the other commands on jax-js.
          include: ["packages/cli/test/e2e/interrupt.test.ts"],
        },
      },
    ],
  },
});
