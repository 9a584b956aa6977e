/**
 * The whole test run: tools first, each one check, then all vitest tests. A check that fails shows
 * its output and does not keep the others from running, except where they need the build. The last
 * line counts: `N passed, N failed`, and `, N skipped` where some were.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countTests } from "./count-tests.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const total = { passed: 0, failed: 0, skipped: 0 };

/** @param {{ passed: number, failed: number, skipped: number }} counts */
function add({ passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

/**
 * Runs one npm script as one check; its output is shown only when it fails.
 *
 * @param {string} name
 * @returns {boolean} whether it succeeded
 */
function check(name) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync("npm", ["run", "--silent", name], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  const ok = status === 0;
  add({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? "ok" : "FAILED"} ${name} ${seconds} s`);
  if (!ok) console.log(`${stdout}${stderr}${error?.message ?? ""}`);
  return ok;
}

/** @param {string} name */
function skip(name) {
  console.log(`skipped ${name}: it needs the build`);
  add({ passed: 0, failed: 0, skipped: 1 });
}

/** @param {boolean} built without a build, only the tests that read the sources run */
function runTests(built) {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-tests-"));
  const file = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const projects = built ? [] : ["--project=unit"];
  try {
    const vitest = join(root, "node_modules/.bin/vitest");
    const { status } = spawnSync(vitest, ["run", ...reporters, ...projects], {
      cwd: root,
      stdio: "inherit",
    });
    add(countTests(readReport(file), status));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null; // vitest died before it could write one
  }
}

const built = check("build");
check("lint");
check("layers");
for (const name of ["typecheck", "packages", "size"]) {
  if (built) check(name);
  else skip(name);
}
runTests(built);
if (!built) skip("end-to-end tests");

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
