import { duration } from "../../packages/cli/dist/terminal/duration.js";
import { short, whole } from "../number-text.mjs";
import { anomaliesSection } from "./anomalies-page.mjs";
import { signed, table } from "./markdown.mjs";
import { runName } from "./measure.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {import("./measure.mjs").MeanAndError} MeanAndError */
/** @typedef {import("../training/store.mjs").Entry<Settings, Result>} Entry */
/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {Pick<import("./flows.mjs").FlowEntry, "id" | "title" | "about" | "givenClass" | "learnsNoise">} Row */
/** @typedef {{ row: Row, settings: Settings, result: Result }} Measured */

/**
 * What was measured, in Markdown.
 * @param {readonly Entry[]} entries @param {readonly DataSet[]} dataSets @param {readonly Row[]} rows
 */
export function page(entries, dataSets, rows) {
  const sets = dataSets.filter(({ id }) => entries.some(({ settings }) => settings.data === id));
  const measured = sets.flatMap((set) => measuredOf(set, entries, rows));
  return `${[
    "# Flows on images",
    "Log-likelihood of the test images ± two standard errors of the mean. The images have noise, as in " +
      "the papers: each pixel is spread evenly over its cell, one draw of the noise, the same for all " +
      "flows. Three units: bits per dimension, lower is better; nats of the pixels scaled to the unit " +
      "cube, (pixel + u) / 256, higher is better; nats of their logits, " +
      "z = logit(10⁻⁶ + (1 − 2 · 10⁻⁶)(pixel + u) / 256), higher is better.",
    "A flow trains on the first 50,000 images of the training file as long as its budget, which counts " +
      "training and validation and not compilation and the test: the number of steps follows from the " +
      "pace of the first ones, and the cosine schedule goes down to zero over those. The weights of the " +
      "best of 20 validations on images among the last 10,000 of the file are scored. Published models " +
      "were trained for many epochs; NICE and those of Papamakarios et al. see an image as a vector, which " +
      "hides from them what pixels are neighbours.",
    ...sets.map((set) => section(set, entries, rows)),
    ...anomaliesSection(
      measured.flatMap(({ result: { anomalies }, settings: { data } }) =>
        anomalies ? [{ data, anomalies }] : [],
      ),
      dataSets,
    ),
    ...picturesSection(measured, dataSets),
    ...machines(measured),
  ].join("\n\n")}\n`;
}

/** @param {DataSet} set @param {readonly Entry[]} entries @param {readonly Row[]} rows @returns {Measured[]} */
function measuredOf(set, entries, rows) {
  return rows.flatMap((row) => {
    const entry = entryOf(set, entries, row);
    return entry && "result" in entry ? [{ row, ...entry }] : [];
  });
}

/** @param {DataSet} set @param {readonly Entry[]} entries @param {Row} row */
function entryOf(set, entries, row) {
  return entries.find(({ settings }) => settings.data === set.id && settings.flow === row.id);
}

/** @param {DataSet} set @param {readonly Entry[]} entries @param {readonly Row[]} rows */
function section(set, entries, rows) {
  const shown = rows.filter((row) => entryOf(set, entries, row));
  const head = ["bits/dim", "nats, unit cube", "nats, logits", "parameters", "steps"];
  const lines = [
    ...shown.map((row) => line(row, /** @type {Entry} */ (entryOf(set, entries, row)))),
    ...set.published.map(publishedLine),
  ];
  return [
    `## ${set.title}`,
    factsText(entries.filter(({ settings }) => settings.data === set.id)),
    table(["", ...head, "best step", "epochs", "training"], lines),
    shown.map(({ title, about }) => `- ${title}: ${about}.`).join("\n"),
    ...notes(shown),
  ].join("\n\n");
}

/** @param {readonly Entry[]} entries of one data set */
function factsText(entries) {
  /** @param {"trainImages" | "validationImages" | "testImages" | "budgetSeconds"} name @param {(value: number) => string} text */
  const all = (name, text) =>
    [...new Set(entries.map(({ settings }) => settings[name]))]
      .sort((a, b) => a - b)
      .map(text)
      .join(" or ");
  return (
    `Images for training: ${all("trainImages", whole)}, for validation: ` +
    `${all("validationImages", whole)}, for the test: ${all("testImages", whole)}. Budget of a ` +
    `training: ${all("budgetSeconds", duration)}.`
  );
}

/** @param {Row} row @param {Entry} entry */
function line({ title }, entry) {
  if ("failure" in entry) return [title, entry.failure, ...new Array(7).fill("–")];
  const { result } = entry;
  return [
    title,
    withTwoErrors(result.bitsPerDimension, 3),
    withTwoErrors(result.unitCube, 1),
    result.logitSpace ? withTwoErrors(result.logitSpace, 1) : "–",
    whole(result.parameters),
    whole(result.steps),
    whole(result.bestStep),
    short(result.epochs),
    duration(result.seconds),
  ];
}

/** @param {import("./data-sets.mjs").Published} published */
function publishedLine({ title, source, bitsPerDimension, unitCube, logitSpace }) {
  return [
    `*${title}, ${source}*`,
    bitsPerDimension?.toFixed(2) ?? "–",
    unitCube?.toFixed(1) ?? "–",
    logitSpace === undefined ? "–" : signed(logitSpace.toFixed(1)),
    ...new Array(5).fill("–"),
  ];
}

/** @param {MeanAndError} value @param {number} digits */
function withTwoErrors({ mean, standardError }, digits) {
  return `${signed(mean.toFixed(digits))} ± ${(2 * standardError).toFixed(digits)}`;
}

/** @param {readonly Row[]} shown */
function notes(shown) {
  const given = shown.filter(({ givenClass }) => givenClass).map(({ title }) => title);
  const learned = shown.filter(({ learnsNoise }) => learnsNoise).map(({ title }) => title);
  return [
    ...(given.length > 0
      ? [
          `${given.join(", ")}: the likelihood of an image where its class is known, which published ` +
            "numbers are not.",
        ]
      : []),
    ...(learned.length > 0
      ? [
          `${learned.join(", ")}: the noise is learned, which makes all numbers bounds of the mass of ` +
            "whole pixel values; there is no density at logits with even noise.",
        ]
      : []),
  ];
}

/** @param {readonly Measured[]} measured @param {readonly DataSet[]} dataSets */
function picturesSection(measured, dataSets) {
  if (measured.length === 0) return [];
  const lines = measured.map(({ row, settings, result: { pictures } }) => {
    const links = pictures.map(
      (file) => `[${file.replace(/\.png$/, "")}](${runName(settings)}/${file})`,
    );
    const set = dataSets.find(({ id }) => id === settings.data);
    return `- ${row.title}, ${set?.title}: ${links.join(", ")}`;
  });
  return ["## Pictures", lines.join("\n")];
}

/** @param {readonly Measured[]} measured */
function machines(measured) {
  const lines = measured.map(({ result: { machine, engine } }) => `${machine}; ${engine}.`);
  return lines.length > 0 ? [`Measured on ${[...new Set(lines)].join(" Or: ")}`] : [];
}
