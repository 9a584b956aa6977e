import { expect, test } from "vitest";
import { countTests } from "./count-tests.mjs";

/**
 * @param {string[][]} files the states of each file's tests
 * @param {number} [brokenFiles] how many more files could not be loaded
 */
function report(files, brokenFiles = 0) {
  const all = files.flat();
  /** @param {string} state */
  const count = (state) => all.filter((each) => each === state).length;
  return {
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numPendingTests: count("skipped"),
    numTodoTests: count("todo"),
    testResults: [
      ...files.map((states) => ({
        status: states.includes("failed") ? "failed" : "passed",
        assertionResults: states.map((status) => ({ status })),
      })),
      ...Array.from({ length: brokenFiles }, () => ({ status: "failed", assertionResults: [] })),
    ],
  };
}

test("counts each test once", () => {
  const counts = countTests(
    report([
      ["passed", "failed"],
      ["passed", "skipped", "todo"],
    ]),
    1,
  );
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

test("a file that could not be loaded is a failure", () => {
  expect(countTests(report([["passed"]], 2), 1)).toEqual({ passed: 1, failed: 2, skipped: 0 });
});

test("an error outside any test is a failure", () => {
  expect(countTests(report([["passed"]]), 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test("a run without a test is a failure", () => {
  expect(countTests(report([]), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countTests(report([["skipped"]]), 0)).toEqual({ passed: 0, failed: 1, skipped: 1 });
});

test("a run without a report is a failure", () => {
  expect(countTests(null, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
