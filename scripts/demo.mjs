// The main job on real data: fit a density to a table, judge it, score, sample and draw it.
// Run `npm run demo`. Everything lands in demo-output/.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "packages/cli/dist/main.js");
const folder = join(root, "demo-output");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
writePenguins(join(folder, "penguins.csv"));

const beak = "'Beak Length (mm),Beak Depth (mm)'";
run("fit penguins.csv --missing model --out penguins.safetensors");
run("score penguins.safetensors penguins.csv --anomalies 5");
run(`sample penguins.safetensors --count 5 --seed 1 --where "Species = 'Gentoo' and Sex = 'MALE'"`);
run("sample penguins.safetensors --count 1000 --seed 1 --out samples.parquet");
run("impute penguins.safetensors penguins.csv --out complete.csv");
run("check penguins.safetensors penguins.csv");
run("plot penguins.safetensors penguins.csv --out pairs.png");
run("plot penguins.safetensors penguins.csv --what quality --out quality.png");
run(`fit penguins.csv --missing drop --columns ${beak} --out beak.safetensors`);
run("plot beak.safetensors penguins.csv --out density.png");
run("plot beak.safetensors --what layers --out layers.png");
run("plot beak.safetensors --what training --out training.png");
process.stdout.write(`\nModels, scores, samples and pictures are in ${folder}\n`);

/**
 * Runs one command as a user would type it, and shows it first.
 * @param {string} line
 */
function run(line) {
  const parts = `$ pushforward ${line}`.split(/ (?=--)/);
  process.stdout.write(`\n${folded(parts, 80)}\n`);
  const args = (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/, "$2"),
  );
  const { status } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Joins a command and its options into lines of at most `width` that a shell reads as one.
 * @param {string[]} parts
 * @param {number} width
 */
function folded([first = "", ...options], width) {
  const lines = [first];
  for (const option of options) {
    const longer = `${lines.at(-1)} ${option}`;
    if (longer.length + 2 <= width) lines[lines.length - 1] = longer;
    else lines.push(`    ${option}`);
  }
  return lines.join(" \\\n");
}

/**
 * 344 penguins of three species, measured at Palmer Station, Antarctica (CC0).
 * @param {string} path
 */
function writePenguins(path) {
  const data = createRequire(import.meta.url)
    .resolve("vega-datasets")
    .replace(/build.*$/, "data");
  /** @type {Record<string, unknown>[]} */
  const rows = JSON.parse(readFileSync(join(data, "penguins.json"), "utf8"));
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))];
  writeFileSync(path, lines.map((cells) => `${cells.join(",")}\n`).join(""));
}
