/**
 * Bundles each browser entry of size-budget.json as a page's build would, without jax-js, and holds
 * its gzipped size to the budget: what a page loads at once, and what it loads when it first needs
 * it. What only Node has must not be in the bundle.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const PEER = "@jax-js/jax";

/** @typedef {{ atOnce: number, onDemand: number }} Sizes bytes, gzipped */

/**
 * @param {string} entry path from the repository's root
 * @param {Sizes} budget
 * @returns {Promise<string[]>} what is wrong; empty when all is well
 */
async function examine(entry, budget) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: "bundle",
    bundle: true,
    splitting: true,
    platform: "browser",
    format: "esm",
    minify: true,
    external: [PEER],
    write: false,
    metafile: true,
  });
  const foreign = Object.values(metafile.outputs)
    .flatMap((output) => output.imports.filter(({ external }) => external))
    .filter(({ path }) => path !== PEER && !path.startsWith(`${PEER}/`));
  const problems = foreign.map(({ path }) => `${entry}: the bundle still imports ${path}`);

  const first = staticImports(metafile, entry);
  const sizes = { atOnce: 0, onDemand: 0 };
  for (const { path, contents } of outputFiles) {
    const part = first.has(path) ? "atOnce" : "onDemand";
    sizes[part] += gzipSync(contents, { level: 9 }).length;
  }
  return [
    ...problems,
    ...compare(`${entry}, at once`, sizes.atOnce, budget.atOnce),
    ...compare(`${entry}, on demand`, sizes.onDemand, budget.onDemand),
  ];
}

/**
 * The files that a page loads before it runs: the entry, and what leads on from there without a
 * dynamic import.
 *
 * @param {import("esbuild").Metafile} metafile
 * @param {string} entry
 * @returns {Set<string>} absolute paths
 */
function staticImports({ outputs }, entry) {
  const found = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry));
  for (const path of found) {
    for (const { kind, path: target, external } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && !external) found.add(target);
    }
  }
  return new Set([...found].map((path) => join(root, path)));
}

/**
 * @param {string} what
 * @param {number} bytes
 * @param {number} budget
 */
function compare(what, bytes, budget) {
  console.log(`${what}: ${bytes} bytes gzipped of ${budget}`);
  if (bytes <= budget) return [];
  return [
    `${what}: ${bytes} bytes gzipped exceed the budget of ${budget}; make it smaller, or raise ` +
      "scripts/size-budget.json and say why in the commit",
  ];
}

const budgets = JSON.parse(readFileSync(new URL("size-budget.json", import.meta.url), "utf8"));
for (const [entry, budget] of Object.entries(budgets)) {
  // esbuild has printed the reason when it throws, an unresolvable node: import among them.
  const problems = await examine(entry, budget).catch(() => [`${entry}: could not be bundled`]);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
