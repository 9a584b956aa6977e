/**
 * Bundles each browser entry of size-budget.json as a page's build would, without jax-js, and holds
 * its gzipped size to the budget. What only Node has must not be in the bundle.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const PEER = "@jax-js/jax";

/**
 * @param {string} entry path from the repository's root
 * @param {number} budget bytes, gzipped
 * @returns {Promise<string[]>} what is wrong; empty when all is well
 */
async function examine(entry, budget) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: "bundle",
    bundle: true,
    platform: "browser",
    format: "esm",
    minify: true,
    external: [PEER],
    write: false,
    metafile: true,
  });
  const imported = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const foreign = imported.filter(({ path }) => path !== PEER && !path.startsWith(`${PEER}/`));
  const bytes = gzipSync(Buffer.concat(outputFiles.map((file) => file.contents)), { level: 9 });
  console.log(`${entry}: ${bytes.length} bytes gzipped of ${budget}`);
  const problems = foreign.map(({ path }) => `${entry}: the bundle still imports ${path}`);
  if (bytes.length > budget) {
    problems.push(
      `${entry}: ${bytes.length} bytes gzipped exceed the budget of ${budget}; make it smaller, ` +
        "or raise scripts/size-budget.json and say why in the commit",
    );
  }
  return problems;
}

const budgets = JSON.parse(readFileSync(new URL("size-budget.json", import.meta.url), "utf8"));
for (const [entry, budget] of Object.entries(budgets)) {
  // esbuild has printed the reason when it throws, an unresolvable node: import among them.
  const problems = await examine(entry, budget).catch(() => [`${entry}: could not be bundled`]);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
