/**
 * @typedef {object} Report the part of vitest's JSON report that counts
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * Counts tests so that nothing that went wrong is lost: a test file that could not be loaded, an
 * error outside any test, a run without a single test or without a report each count as a failure.
 *
 * @param {Report | null} report null when vitest left none
 * @param {number | null} exitCode of vitest
 */
export function countTests(report, exitCode) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const passed = report.numPassedTests;
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((result) => result.status !== "failed"),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const unexplained = failed === 0 && (passed === 0 || exitCode !== 0);
  return {
    passed,
    failed: unexplained ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
