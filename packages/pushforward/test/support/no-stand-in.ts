/**
 * Setup of the tests that are to run on ONNX Runtime: where jax-js would run a program instead, with
 * no more than a notice, the test fails with that notice.
 */
import { vi } from "vitest";
import type * as EngineModule from "../../src/engine/engine.ts";

vi.mock("../../src/engine/engine.ts", async (original) => {
  const { startEngine, ...others } = await original<typeof EngineModule>();
  return {
    ...others,
    startEngine: (choice?: EngineModule.EngineChoice) =>
      startEngine(choice, (notice) => {
        throw new Error(notice);
      }),
  };
});
