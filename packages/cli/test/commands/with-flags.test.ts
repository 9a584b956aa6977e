import { expect, test } from "vitest";
import { withFlags } from "../../src/commands/with-flags.ts";

test("options of the library are those of the command", () => {
  expect(withFlags("fit: take a smaller learningRate or clipNorm.")).toBe(
    "fit: take a smaller --learning-rate.",
  );
  expect(withFlags("Look for rows, or lower learningRate.")).toBe(
    "Look for rows, or lower --learning-rate.",
  );
});
