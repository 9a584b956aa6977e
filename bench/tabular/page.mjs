import { duration } from "../../packages/cli/dist/terminal/duration.js";
import { whole } from "../number-text.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {import("../training/store.mjs").Entry<Settings, Result>} Entry */
/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {{ id: string, title: string, published: Partial<Record<string, string>> }} Row */

/**
 * What was measured, in Markdown.
 * @param {readonly Entry[]} entries @param {readonly DataSet[]} dataSets @param {readonly Row[]} rows
 */
export function page(entries, dataSets, rows) {
  const measured = dataSets.filter(({ id }) =>
    entries.some(({ settings }) => settings.data === id),
  );
  return `${[
    "# Flows on tables",
    "Mean log-likelihood of the test rows in nats ± two standard errors of the mean; higher is better. " +
      "Columns are standardised by the training and validation rows, and the densities are those of the " +
      "standardised values, but for BSDS300, which is taken as it is, as the papers do.",
    "Settings are the papers' but for the number of steps: as many as the budget of a run allows, and " +
      "the cosine schedule goes down to zero over those. MAF and Real NVP have a constant rate and early " +
      "stopping in their paper; here they take the same schedule. FFJORD's paper solves to tolerances in training, too; here " +
      "that takes four equal steps of Dormand and Prince's method. The weights of the best of 20 " +
      "validations are scored. A budget counts training and validation, not compilation and the test.",
    ...measured.map((set) => section(set, entries, rows)),
  ].join("\n\n")}\n`;
}

/** @param {DataSet} set @param {readonly Entry[]} entries @param {readonly Row[]} rows */
function section(set, entries, rows) {
  const lines = rows.flatMap((row) => {
    const entry = entries.find(
      ({ settings }) => settings.data === set.id && settings.flow === row.id,
    );
    return entry ? [line(set, row, entry)] : [];
  });
  const head = ["", "test log-likelihood", "parameters", "steps", "steps in the paper", "training"];
  if (set.published) head.splice(2, 0, "published");
  const table = [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  return [`## ${set.title}`, `${sentence(set.about)} ${rowsText(set, entries)}`, table].join(
    "\n\n",
  );
}

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** @param {DataSet} set @param {readonly Entry[]} entries */
function rowsText(set, entries) {
  const of = entries.filter(({ settings }) => settings.data === set.id);
  /** @param {"trainRows" | "testRows"} name */
  const counts = (name) =>
    [...new Set(of.map(({ settings }) => whole(settings[name])))].join(" or ");
  const budgets = of.flatMap(({ settings }) => settings.budgetSeconds ?? []);
  const budget = [...new Set(budgets)].map(duration).join(" or ");
  return (
    `Rows for training: ${counts("trainRows")}, for the test: ${counts("testRows")}.` +
    (budget ? ` Budget of a training: ${budget}.` : "")
  );
}

/** @param {DataSet} set @param {Row} row @param {Entry} entry */
function line(set, row, entry) {
  const published = set.published ? [row.published[set.published] ?? "–"] : [];
  if ("failure" in entry) return [row.title, entry.failure, ...published, "–", "–", "–", "–"];
  const { logLikelihood, standardError, parameters, seconds, training } = entry.result;
  const steps = training
    ? [
        whole(training.steps),
        training.publishedSteps ? whole(training.publishedSteps) : "until worse",
      ]
    : ["–", "–"];
  return [
    row.title,
    `${logLikelihood.toFixed(2)} ± ${(2 * standardError).toFixed(2)}`,
    ...published,
    whole(parameters),
    ...steps,
    duration(seconds),
  ];
}
