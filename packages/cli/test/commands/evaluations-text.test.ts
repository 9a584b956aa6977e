import { expect, test } from "vitest";
import { evaluationsFact, evaluationsNote } from "../../src/commands/evaluations-text.ts";

test("evaluations are told where layers are iterated", () => {
  expect(evaluationsFact(1208)).toEqual([
    ["evaluations", "of the networks, at most 1,208 for a row"],
  ]);
  expect(evaluationsNote(68)).toBe("; at most 68 evaluations of the networks for a row");
  expect(evaluationsFact(undefined)).toEqual([]);
  expect(evaluationsNote(undefined)).toBe("");
});
