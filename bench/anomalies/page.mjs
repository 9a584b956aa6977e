import { duration } from "../../packages/cli/dist/terminal/duration.js";
import { table } from "../images/markdown.mjs";
import { whole } from "../number-text.mjs";
import { MANY_CELLS, MOST_ROWS } from "./plan.mjs";
import { cellOf, completeSets, meansAndRanks } from "./results.mjs";

/** @typedef {import("./plan.mjs").Detector} Detector */
/** @typedef {import("./set-store.mjs").SetRuns} SetRuns */
/** @typedef {import("./results.mjs").Cell} Cell */
/** @typedef {import("./results.mjs").Measure} Measure */

/** AUROCs further apart than this are worth a word. */
const APART = 0.05;

/**
 * What was measured, in Markdown.
 * @param {readonly SetRuns[]} sets @param {readonly Detector[]} all those that have runs get a column
 */
export function page(sets, all) {
  const detectors = all.filter(({ id }) =>
    sets.some(({ runs }) => runs.some(({ settings }) => settings.detector === id)),
  );
  const columns = { sets, detectors, complete: completeSets(sets, detectors) };
  return `${[
    "# Anomalies in tables",
    protocol(columns),
    "## AUROC",
    measureTable(columns, "auroc"),
    spread(columns),
    "## Average precision",
    measureTable(columns, "averagePrecision"),
    "## Where a density fails",
    failing(columns),
    "## Time",
    timeTable(columns),
    ...remarks(columns),
    "## Run it",
    "```sh\nnpm run bench:anomalies -- --data ../shared/data/adbench           # what is not there yet; then this page\n" +
      "npm run bench:anomalies -- --sets 14_glass,45_wine --flows nsf --steps 100 --out /tmp/try\n```",
  ].join("\n\n")}\n`;
}

/** @typedef {{ sets: readonly SetRuns[], complete: readonly SetRuns[], detectors: readonly Detector[] }} Columns */

/** @param {Columns} columns */
function protocol({ sets }) {
  const steps = sets.flatMap(({ runs }) => runs.flatMap(({ settings }) => settings.steps ?? []));
  const most = [...new Set(steps)].sort((a, b) => a - b).map((value) => whole(value));
  return [
    "Sets of ADBench (Han et al. 2022, arXiv:2206.09426). A detector is fitted to all rows of a set, anomalies among " +
      "them, and scores the same rows; labels only judge the scores. The score of flow, " +
      "Gaussian and Gaussian mixture is the negative log-density.",
    "- Tables go through `describeTable`, `encodeTable`, `fit` and `scoreTable` of `pushforward/tables`, with " +
      "`dropDependent`. Flows have the sizes and settings of `pushforward fit --test 0`, smaller ones below 1,000 " +
      `rows, and take ${most.join(" or ")} steps at most; a tenth of the rows, or a fifth below 500, is for ` +
      "validation, which stops them early.\n" +
      `- Sets of more than ${whole(MOST_ROWS)} rows: fitted to ${whole(MOST_ROWS)} drawn at random, the same for all ` +
      "detectors; all rows are scored.\n" +
      `- Sets of at most ${whole(MANY_CELLS)} cells (rows times columns): means over three seeds; others: one seed. ` +
      "ECOD has no seed.\n" +
      "- Isolation forest (Liu et al. 2008) is scikit-learn's, with its 100 trees and all else as it comes; ECOD " +
      "(Li et al. 2022, arXiv:2201.00382) is PyOD's. Both get the same rows, without the columns that are constant.\n" +
      "- Nothing was tuned to a set. A first run showed that maps of columns made outliers of values at their ends; " +
      "how such values are mapped was mended before this one (docs/tables.md).",
  ].join("\n\n");
}

/** @param {Columns} columns @param {Measure} measure */
function measureTable({ sets, complete, detectors }, measure) {
  const lines = sets.map((set) => {
    const cells = detectors.map((detector) => cellOf(set, detector));
    const best = Math.max(...cells.map((cell) => cell?.[measure] ?? 0));
    return [
      ...factsOf(set),
      ...detectors.map((detector, column) => {
        const value = cells[column]?.[measure];
        if (value === undefined) return missing(set, detector);
        return value === best ? `**${value.toFixed(3)}**` : value.toFixed(3);
      }),
    ];
  });
  if (complete.length > 0) {
    const over = `over ${complete.length} ${complete.length === 1 ? "set" : "sets"}`;
    const found = meansAndRanks(complete, detectors, measure);
    lines.push(
      [`mean ${over}`, "", "", "", ...found.map(({ mean }) => mean.toFixed(3))],
      [`mean rank ${over}`, "", "", "", ...found.map(({ rank }) => rank.toFixed(2))],
    );
  }
  return table(["", "rows", "columns", "anomalies", ...titles(detectors)], lines);
}

/** @param {readonly Detector[]} detectors */
const titles = (detectors) => detectors.map(({ title }) => title);

/** @param {SetRuns} set */
function factsOf(set) {
  const { rows, columns, anomalies } = set.runs[0].settings;
  return [
    nameOf(set),
    whole(rows),
    String(columns),
    `${whole(anomalies)} (${((100 * anomalies) / rows).toFixed(1)} %)`,
  ];
}

/** Without the number. @param {SetRuns} set */
const nameOf = ({ set }) => set.replace(/^\d+_/, "");

/** @param {SetRuns} set @param {Detector} detector */
function missing({ runs }, { id }) {
  return runs.some(({ settings }) => settings.detector === id) ? "failed" : "–";
}

/** @param {Columns} columns */
function spread({ sets, detectors }) {
  const texts = detectors.flatMap((detector) => {
    const variances = sets.flatMap((set) => {
      const { seeds = 0, variance = 0 } = cellOf(set, detector) ?? {};
      return seeds > 1 ? [variance] : [];
    });
    if (variances.length === 0) return [];
    const mean = variances.reduce((sum, value) => sum + value / variances.length, 0);
    return [`${detector.title} ${Math.sqrt(mean).toFixed(3)}`];
  });
  if (texts.length === 0) return "No set has results of several seeds.";
  return `Standard deviation between seeds, root mean square over the sets with three: ${texts.join(", ")}.`;
}

/** @param {Columns} columns */
function failing({ sets, detectors }) {
  const flows = detectors.filter(({ kind }) => kind === "flow");
  const forest = detectors.find(({ id }) => id === "iforest");
  const why =
    "A density gives a low score to what lies in a crowd. Anomalies that repeat, or lie close together, are a crowd, " +
    "and the model has seen them.";
  const found = flows.flatMap((flow) => {
    const below = sets.flatMap((set) => {
      const value = cellOf(set, flow)?.auroc;
      return value !== undefined && value < 0.5 ? [`${nameOf(set)} (${value.toFixed(3)})`] : [];
    });
    const worse = forest ? setsApart(sets, forest, flow) : [];
    const better = forest ? setsApart(sets, flow, forest) : [];
    return [
      `- **${flow.title}** ranks anomalies below the other rows (AUROC under 0.5) on ${list(below)}. Against the ` +
        `isolation forest its AUROC is lower by more than ${APART} on ${list(worse)}, and higher by more than ${APART} ` +
        `on ${list(better)}.`,
    ];
  });
  return [why, found.join("\n")].join("\n\n");
}

/** Sets on which one detector is better than another by more than a little. @param {readonly SetRuns[]} sets @param {Detector} one @param {Detector} other */
function setsApart(sets, one, other) {
  return sets
    .filter((set) => {
      const [a, b] = [cellOf(set, one), cellOf(set, other)];
      return a && b && a.auroc - b.auroc > APART;
    })
    .map(nameOf);
}

/** @param {readonly string[]} names */
const list = (names) => (names.length > 0 ? names.join(", ") : "no set");

/** @param {Columns} columns */
function timeTable({ sets, detectors }) {
  const lines = sets.map((set) => [
    nameOf(set),
    ...detectors.map((detector) => {
      const cell = cellOf(set, detector);
      if (!cell) return missing(set, detector);
      return `${secondsText(cell.fitSeconds)} + ${secondsText(cell.scoreSeconds)}`;
    }),
  ]);
  return [
    "To fit + to score all rows, mean over the seeds; on processors that other work shared.",
    table(["", ...titles(detectors)], lines),
  ].join("\n\n");
}

/** @param {number} seconds */
const secondsText = (seconds) => (seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds));

/** What failed, and what has rows that a model cannot produce. @param {Columns} columns */
function remarks({ sets, detectors }) {
  const lines = sets.flatMap((set) =>
    set.runs.flatMap((run) => {
      const { detector, seed } = run.settings;
      const { title } = detectors.find(({ id }) => id === detector) ?? { title: detector };
      const said = `- ${nameOf(set)}, ${title}, seed ${seed}:`;
      if ("failure" in run) return [`${said} ${run.failure}`];
      const { outside = 0 } = run.result;
      return outside > 0 ? [`${said} ${whole(outside)} rows have density 0`] : [];
    }),
  );
  return lines.length > 0 ? ["## What went otherwise", lines.join("\n")] : [];
}
