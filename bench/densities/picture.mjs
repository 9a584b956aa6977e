import * as Plot from "@observablehq/plot";
import { figure } from "../../packages/cli/dist/plot/figure.js";
import { textWidth, wrapped } from "../../packages/cli/dist/plot/label.js";
import { densityRamp, frameColor } from "../../packages/cli/dist/plot/palette.js";
import { element, picture, plotPanel } from "../../packages/cli/dist/plot/svg.js";
import { decodeMap, encodeMap, peakOf, SIDE, trueDensities } from "./density-maps.mjs";
import { divergenceText, lookUp } from "./results.mjs";

/** @typedef {import("./results.mjs").Grid} Grid */

const side = 84;
const gap = 8;
const caption = 15;
const ink = "#333";
const captionSize = 10;

/** A row of density maps for the truth and for each flow, a column for each target. @param {Grid} grid */
export function gridPicture(grid) {
  const { flows, targets } = grid;
  const labels = Math.ceil(Math.max(...flows.map(({ title }) => textWidth(title, 11)))) + 24;
  const rows = [
    { title: "truth", cells: targets.map((target) => ({ map: truth(target), text: "" })) },
    ...flows.map((flow) => ({
      title: flow.title,
      cells: targets.map((target) => {
        const result = lookUp(grid, flow.id, target.id);
        return { map: result?.map ?? null, text: divergenceText(result) };
      }),
    })),
  ];
  const head = row(
    labels,
    targets.map(({ title }) => heading(title)),
    32,
    "",
  );
  return figure(
    {
      title: "Flows fitted to densities that are known",
      subtitle:
        "Density, on one scale per column: darkest where the truth is highest. Below each map: " +
        "divergence from the truth in nats, its standard error in brackets",
    },
    head,
    ...rows.map(({ title, cells }) => row(labels, cells.map(cellPanel), side + caption, title)),
  );
}

/** @param {import("./targets.mjs").Target} target */
function truth(target) {
  return encodeMap(trueDensities(target), peakOf(target));
}

/**
 * @param {number} labels width of the column of labels
 * @param {import("../../packages/cli/dist/plot/svg.js").Panel[]} panels @param {number} height @param {string} title
 */
function row(labels, panels, height, title) {
  const width = labels + panels.length * (side + gap) + gap;
  const label = element("svg", { width: labels, height: side });
  label.append(element("text", { x: 16, y: side / 2, dy: "0.35em", fill: ink }, title));
  return picture(title || "Targets", width, height, [
    { panel: { node: label, width: labels, height: side }, x: 0, y: 0 },
    ...panels.map((panel, i) => ({ panel, x: labels + i * (side + gap), y: 0 })),
  ]);
}

/** @param {string} title */
function heading(title) {
  const lines = wrapped(title, side, 11, 2);
  const texts = lines.map((line, i) =>
    element(
      "text",
      { x: side / 2, y: 26 - 13 * (lines.length - 1 - i), "text-anchor": "middle", fill: ink },
      line,
    ),
  );
  return { node: element("svg", { width: side, height: 32 }, ...texts), width: side, height: 32 };
}

/** @param {{ map: string | null, text: string }} cell */
function cellPanel({ map, text }) {
  const height = side + caption;
  const below = element(
    "text",
    {
      ...{ x: side / 2, y: side + 11, "text-anchor": "middle", fill: ink },
      "font-size": captionSize,
    },
    text,
  );
  const drawing = map === null ? [] : [heatMap(decodeMap(map))];
  return { node: element("svg", { width: side, height }, ...drawing, below), width: side, height };
}

/** Regions above evenly spaced shares of the peak. @param {Float64Array} shares */
function heatMap(shares) {
  const options = { x1: 0, x2: 1, y1: 0, y2: 1, width: SIDE, height: SIDE, value: Plot.identity };
  return plotPanel({
    ...{ width: side, height: side, margin: 0.5 },
    color: { type: "identity" },
    x: { domain: [0, 1], axis: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      ...densityRamp.map((fill, level) =>
        Plot.contour(shares, {
          ...options,
          thresholds: [(level + 0.4) / densityRamp.length],
          fill,
          stroke: "none",
        }),
      ),
      Plot.frame({ stroke: frameColor, strokeWidth: 0.5 }),
    ],
  }).node;
}
