import {
  DataError,
  EngineError,
  InverseUnavailableError,
  NotFiniteError,
  SolverError,
} from "pushforward";
import { expect, test } from "vitest";
import { errorLine, exitCode, Interrupted } from "../src/exit-code.ts";

test.each([
  [new DataError("t.csv: is empty"), 2, "t.csv: is empty"],
  [new EngineError("no webgpu here"), 2, "no webgpu here"],
  [new NotFiniteError("gave up at layer 2"), 1, "gave up at layer 2"],
  [new InverseUnavailableError("no inverse"), 1, "no inverse"],
  // A person counts rows from 1.
  [new SolverError(41, "its solution stopped"), 1, "row 42: its solution stopped"],
  [new Interrupted("stopped at step 3"), 130, "stopped at step 3"],
])("%s ends with code %i", (error, code, line) => {
  expect(exitCode(error)).toBe(code);
  expect(errorLine(error)).toBe(line);
});

test("anything else is a bug, told in one line with the way to see more", () => {
  for (const error of [new TypeError("x is\n  not a function"), "thrown text"]) {
    expect(exitCode(error)).toBe(1);
    expect(errorLine(error)).toMatch(/^unexpected error: .* \(PUSHFORWARD_DEBUG=1 shows where/);
    expect(errorLine(error)).not.toContain("\n");
  }
});
