import { short, whole } from "../number-text.mjs";
import { GOAL } from "./goal.mjs";
import { divergenceText, entryOf, lookUp } from "./results.mjs";

/** @typedef {import("./results.mjs").Grid} Grid */

/**
 * The page with table and picture, in Markdown.
 * @param {Grid} grid @param {string} image where the picture is, seen from the page
 */
export function page(grid, image) {
  return `${[
    "# Flows on densities that are known",
    preface(grid),
    `![A row of density maps for the truth and for each flow](${image})`,
    divergences(grid),
    verdict(grid),
    "## The flows",
    flowTable(grid),
    ...continuousFlows(grid),
    "## The densities",
    grid.targets.map(({ title, about }) => `- **${title}**: ${about}.`).join("\n"),
    ...failures(grid),
    "## Run it",
    "```sh\nnpm run bench:densities                            # what is not there yet; then this page\n" +
      "npm run bench:densities -- --flows nsf --targets moons --steps 500 --out /tmp/try\n```",
  ].join("\n\n")}\n`;
}

/** @param {Grid} grid */
function preface({ entries }) {
  const testRows = [...new Set(entries.map(({ settings }) => whole(settings.testRows)))].join(
    " or ",
  );
  return (
    "Each number is the divergence of a flow from the truth, `KL(p || q) = E_p[log p(x) - log q(x)]`: " +
    "how many nats per point its negative log-likelihood lies above the entropy of the density, which " +
    `no model can go below. It is the mean over ${testRows} draws that no flow has seen, the ` +
    "same for all, with its standard error in units of the last digit: 0.012(3) is 0.012 ± 0.003. " +
    "Every flow is trained by Adam with a cosine schedule, and no row comes twice: " +
    "what is left is what the flow cannot bend to, or has not learned in that time."
  );
}

/** @param {Grid} grid */
function divergences(grid) {
  const { flows, targets } = grid;
  const head = ["", ...targets.map(({ title }) => title)];
  const rows = flows.map(({ id, title }) => [
    title,
    ...targets.map((target) => {
      const result = lookUp(grid, id, target.id);
      const text = divergenceText(result);
      return result && result.divergence === least(grid, target.id) ? `**${text}**` : text;
    }),
  ]);
  return markdown(head, rows);
}

/** The smallest divergence on a target. @param {Grid} grid @param {string} target */
function least(grid, target) {
  const found = grid.flows.flatMap(({ id }) => lookUp(grid, id, target)?.divergence ?? []);
  return Math.min(...found);
}

/** @param {Grid} grid */
function verdict(grid) {
  const counts = grid.flows.map(({ id, title }) => {
    const near = grid.targets.filter(
      (target) => (lookUp(grid, id, target.id)?.divergence ?? Infinity) <= GOAL,
    );
    return { title, near: near.length };
  });
  const most = Math.max(...counts.map(({ near }) => near));
  const best = counts.filter(({ near }) => near === most).map(({ title }) => title);
  const reached = grid.targets.filter((target) => least(grid, target.id) <= GOAL).length;
  const all = grid.targets.length;
  return (
    `The smallest of each column is bold. Some flow is within ${GOAL} nats of the truth on ${reached} ` +
    `of ${all}; the most that one flow reaches is ${most} of ${all}: ${best.join(", ")}.`
  );
}

/** @param {Grid} grid */
function flowTable(grid) {
  const rows = grid.flows.map(({ id, title, about }) => {
    const entries = grid.entries.filter(({ settings }) => settings.flow === id);
    const results = entries.flatMap((entry) => ("result" in entry ? [entry.result] : []));
    const distinct = (/** @type {(entry: typeof entries[number]) => number} */ of) =>
      [...new Set(entries.map((entry) => String(of(entry))))].join(", ");
    const mean = (/** @type {(result: typeof results[number]) => number} */ of) =>
      results.length === 0
        ? "–"
        : short(results.reduce((sum, result) => sum + of(result) / results.length, 0));
    return [
      title,
      about,
      mean(({ parameters }) => parameters),
      distinct(({ settings }) => settings.steps),
      distinct(({ settings }) => settings.batchSize),
      distinct(({ settings }) => settings.learningRate),
      mean(({ seconds }) => seconds),
      mean(({ processorSeconds }) => processorSeconds),
    ];
  });
  const engines = grid.entries.flatMap((entry) => ("result" in entry ? [entry.result.engine] : []));
  return (
    "Seconds are those of a training by the clock, with compilation and validation, and those of all " +
    `processors together; ${[...new Set(engines)].join(", ")}.\n\n` +
    markdown(
      [
        "",
        "",
        "parameters",
        "steps",
        "rows per step",
        "learning rate",
        "seconds",
        "processor seconds",
      ],
      rows,
      2,
    )
  );
}

/** Continuous flows trained in two ways. @param {Grid} grid */
function continuousFlows(grid) {
  const ways = [
    { id: "ffjord", title: "likelihood (FFJORD)" },
    { id: "flow-matching", title: "flow matching" },
  ];
  const rows = grid.targets.flatMap(({ id: target, title }) => {
    const results = ways.map(({ id }) => lookUp(grid, id, target));
    if (!results.every((result) => result)) return [];
    const settings = ways.map(({ id }) => entryOf(grid, id, target)?.settings);
    return [
      [
        title,
        ...results.map(divergenceText),
        ...settings.map((each) => (each ? `${whole(each.steps)} of ${each.batchSize} rows` : "–")),
        ...results.map((result) => short(result?.seconds ?? Number.NaN)),
        ...results.map((result) => short(result?.processorSeconds ?? Number.NaN)),
      ],
    ];
  });
  if (rows.length === 0) return [];
  const heads = ["nats", "steps", "seconds", "processor seconds"].flatMap((unit) =>
    ways.map(({ title }) => `${title}, ${unit}`),
  );
  return [
    "## Continuous flows, by likelihood and by flow matching",
    "Either solves its differential equation to tolerance for a density. In training the first takes equal " +
      "steps of Dormand and Prince's method with the exact trace and differentiates them, the second solves nothing. Its steps " +
      "cost less, and it takes more of them, with a wider network. Sizes, steps and rates of both were chosen by trials on the " +
      "two spirals and the checkerboard, which scored half of these test rows.",
    markdown(["", ...heads], rows),
  ];
}

/** @param {Grid} grid */
function failures({ flows, targets, entries }) {
  const lines = entries.flatMap((entry) => {
    if (!("failure" in entry)) return [];
    const flow = flows.find(({ id }) => id === entry.settings.flow)?.title;
    const target = targets.find(({ id }) => id === entry.settings.target)?.title;
    return flow && target ? [`- ${flow}, ${target}: ${entry.failure}`] : [];
  });
  return lines.length > 0 ? ["## Not measured", lines.join("\n")] : [];
}

/** @param {string[]} head @param {string[][]} rows @param {number} texts columns that hold texts */
function markdown(head, rows, texts = 1) {
  return [head, head.map((_, i) => (i < texts ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
