import * as Plot from "@observablehq/plot";
import { figure } from "../packages/cli/dist/plot/figure.js";
import { textWidth } from "../packages/cli/dist/plot/label.js";
import { legend } from "../packages/cli/dist/plot/legend.js";
import { fontSize, picture, plotPanel } from "../packages/cli/dist/plot/svg.js";
import { curves, groups } from "./groups.mjs";
import { libraries } from "./libraries.mjs";
import { short, whole } from "./number-text.mjs";

/** @typedef {import("./results.mjs").Results} Results */
/** @typedef {{ row: string, library: string, value: number }} Point */

const width = 760;
const rowHeight = 26;
const ink = "#333";
const grid = "#dddddd";

/** Times of all libraries, a panel for each group of cases. @param {Results} results */
export function timesPicture(results) {
  return stacked(
    "Time, on a logarithmic scale; left is faster",
    results,
    groups.map((group) => ({
      title: `${group.title} (${group.name})`,
      points: pointsOf(results, group.id, ({ milliseconds }) => milliseconds.minimum / group.unit),
    })),
  );
}

/** Peak memory, a panel for each group of cases. @param {Results} results */
export function memoryPicture(results) {
  return stacked(
    "Peak memory of the process, on a logarithmic scale; left is less",
    results,
    groups.map((group) => ({
      title: `${group.title} (MiB)`,
      points: pointsOf(results, group.id, ({ memoryMiB }) => memoryMiB),
    })),
  );
}

/**
 * @param {Results} results @param {string} group
 * @param {(found: import("./results.mjs").Measurement) => number} value
 * @returns {Point[]}
 */
function pointsOf({ cases, measurements }, group, value) {
  return cases
    .filter((entry) => entry.group === group)
    .flatMap(({ id, title }) =>
      measurements
        .filter((found) => found.case === id)
        .map((found) => ({ row: title, library: found.library, value: value(found) })),
    );
}

/** @param {string} title @param {Results} results @param {{ title: string, points: Point[] }[]} panels */
function stacked(title, results, panels) {
  const shown = panels.filter(({ points }) => points.length > 0);
  if (shown.length === 0) return null;
  const used = new Set(shown.flatMap(({ points }) => points.map(({ library }) => library)));
  return figure({ title, subtitle: subtitle(results) }, key(used), ...shown.map(dotPanel));
}

/** @param {Results} results */
function subtitle({ facts: { machine, threads, rounds, date } }) {
  return (
    `${machine.cpu}, threads of every library: ${threads}; best of ${rounds} round` +
    `${rounds === 1 ? "" : "s"}; ${date}`
  );
}

/** @param {ReadonlySet<string>} used */
function key(used) {
  const items = libraries
    .filter(({ id }) => used.has(id))
    .map(({ title, color }) => ({ mark: /** @type {const} */ ("dot"), color, label: title }));
  const panel = legend(items, width - 32);
  return picture("Legend", width, panel.height + 8, [{ panel, x: 16, y: 0 }]);
}

/** A row per case, a dot per library. @param {{ title: string, points: Point[] }} panel */
function dotPanel({ title, points }) {
  const rows = [...new Set(points.map(({ row }) => row))];
  const height = rows.length * rowHeight + 64;
  const domain = withRoom(points.map(({ value }) => value));
  const panel = plotPanel({
    width,
    height,
    marginLeft: Math.ceil(Math.max(...rows.map((row) => textWidth(row, fontSize)))) + 24,
    marginRight: 24,
    marginTop: 28,
    marginBottom: 36,
    x: { type: "log", domain },
    y: { type: "point", domain: rows, padding: 0.5 },
    marks: [
      Plot.gridX(roundValues(domain), { stroke: grid, strokeOpacity: 1 }),
      Plot.ruleY(rows, { stroke: grid }),
      Plot.axisX(roundValues(domain), { color: ink, text: short, label: null }),
      Plot.axisY({ color: ink, label: null, tickSize: 0 }),
      ...libraries.map(({ id, color }, place) =>
        Plot.dot(
          points.filter(({ library }) => library === id),
          // A little higher or lower each, so that equal times do not hide one another.
          { x: "value", y: "row", dy: 2 * (place - 3), r: 4, fill: color, stroke: "white" },
        ),
      ),
      heading(title),
    ],
  });
  return picture(title, width, height, [{ panel, x: 0, y: 0 }]);
}

/** Curves of the time of a training step. @param {Results} results */
export function growthPicture(results) {
  const panels = curves.flatMap(({ id, title }) => {
    const points = results.cases
      .filter(({ growth }) => growth?.along === id)
      .flatMap((entry) =>
        results.measurements
          .filter((found) => found.case === entry.id)
          .map(({ library, milliseconds }) => ({
            at: entry.growth?.at ?? 0,
            library,
            value: milliseconds.minimum,
          })),
      );
    return points.length ? [{ title: `${title} (ms)`, points }] : [];
  });
  if (panels.length === 0) return null;
  const used = new Set(panels.flatMap(({ points }) => points.map(({ library }) => library)));
  const title = "How the time of a training step grows, RQ-NSF 6, 128, 5, 512 otherwise";
  return figure({ title, subtitle: subtitle(results) }, key(used), ...panels.map(curvePanel));
}

/** @param {{ title: string, points: { at: number, library: string, value: number }[] }} panel */
function curvePanel({ title, points }) {
  const height = 260;
  const domain = withRoom(points.map(({ value }) => value));
  const places = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
  const panel = plotPanel({
    width,
    height,
    marginLeft: 56,
    marginRight: 24,
    marginTop: 28,
    marginBottom: 36,
    x: { type: "log", domain: [places[0] ?? 1, places.at(-1) ?? 1] },
    y: { type: "log", domain },
    marks: [
      Plot.gridY(roundValues(domain), { stroke: grid, strokeOpacity: 1 }),
      Plot.axisX(places, { color: ink, text: whole, label: null }),
      Plot.axisY(roundValues(domain), { color: ink, text: short, label: null }),
      Plot.line(points, { x: "at", y: "value", z: "library", stroke: colorOf, strokeWidth: 2 }),
      Plot.dot(points, { x: "at", y: "value", r: 3, fill: colorOf }),
      heading(title),
    ],
  });
  return picture(title, width, height, [{ panel, x: 0, y: 0 }]);
}

/** @param {string} title */
function heading(title) {
  return Plot.text([title], {
    frameAnchor: "top-left",
    dy: -20,
    fill: ink,
    fontWeight: "bold",
    textAnchor: "start",
  });
}

/** @param {{ library: string }} point */
function colorOf({ library }) {
  return libraries.find(({ id }) => id === library)?.color ?? ink;
}

/** The values' range with room at both ends. @param {readonly number[]} values @returns {[number, number]} */
function withRoom(values) {
  return [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
}

/** Leading digits of ticks, from coarse to fine. */
const digits = [
  [1, 2, 5],
  [1, 2, 3, 4, 5, 6, 7, 8, 9],
  Array.from({ length: 18 }, (_, i) => (2 + i) / 2),
  Array.from({ length: 90 }, (_, i) => (10 + i) / 10),
];

/** Where to put ticks: as coarse as gives three of them. @param {[number, number]} range */
function roundValues(range) {
  const choices = digits.map((factors) => multiples(factors, range));
  return choices.find(({ length }) => length >= 3) ?? choices.at(-1) ?? [];
}

/** @param {readonly number[]} factors @param {[number, number]} range */
function multiples(factors, [low, high]) {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, i) => first + i,
  );
  return powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((value) => value >= low && value <= high);
}
