import * as Plot from "@observablehq/plot";
import type { NearestNeighbours, SampleQuality } from "pushforward/evaluation";
import { axis, axisMarks } from "./axis.ts";
import { frame } from "./frame.ts";
import { binEdges, histogram } from "./histogram.ts";
import { cutEnd, textWidth, whole, wrapped } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { dataColor, frameColor, modelColor } from "./palette.ts";
import { extent, padded, type Range, robustRange } from "./range.ts";
import { element, fontSize, type Panel, type Placed, picture, plotPanel } from "./svg.ts";

const width = 720;
const margin = 16;
const lineHeight = 16;
const mostColumns = 20;
const cell = { least: 17, most: 44 };
/** Width of the distances that names leave them, however long they are. */
const leastDistances = 130;
const gap = 24;
const neighboursHeight = 230;
/** Most room below the columns for names that are turned. */
const mostTurned = 200;
const axisRoom = 40;
/** Room for half of a label at either end of an axis. */
const overhang = 15;
/** A correlation that differs by less has the colour of nothing. */
const leastScale = 0.1;

/** A colour for a difference from -1, orange, over 0, white, to 1, blue. */
const differenceScale = Plot.scale({
  color: { type: "linear", domain: [-1, 0, 1], range: [dataColor, "#ffffff", modelColor] },
});

/**
 * Draws how like the data samples are: the Kolmogorov-Smirnov distance of each column beside its 5 % critical value,
 * the differences of rank correlations, the distances of samples and of held-out rows to their nearest training rows,
 * and in words what the classifier and the maximum mean discrepancy say. Of more than 20 columns the 20 with the
 * largest distances are drawn, and the legend says so.
 *
 * @param report what `sampleQuality` found.
 * @param names of the columns.
 * @returns an SVG document.
 */
export function qualityPlot(report: SampleQuality, names: readonly string[]): string {
  const { neighbours } = report;
  const parts: Panel[] = [
    linesPanel(sentences(report)),
    ...columnsPanels(report, names),
    ...(neighbours ? neighboursPanels(neighbours) : []),
  ];
  const placed: Placed[] = [];
  let y = 8;
  for (const panel of parts) {
    placed.push({ panel, x: 0, y });
    y += panel.height + 8;
  }
  return picture("Samples beside data", width, y, placed);
}

function sentences({ classifier, discrepancy, skipped }: SampleQuality): string[] {
  const found = [classifier, discrepancy].flatMap((check) => (check ? [check.message] : []));
  return [...found, ...skipped.map((text) => `Not checked: ${text}`)];
}

function linesPanel(texts: readonly string[]): Panel {
  const lines = texts.flatMap((text) => wrapped(text, width - 2 * margin, fontSize, 3));
  const nodes = lines.map((line, index) =>
    element("text", { x: margin, y: (index + 1) * lineHeight - 4, fill: "#333" }, line),
  );
  const height = lines.length * lineHeight;
  return { node: element("svg", { width, height }, ...nodes), width, height };
}

/** A panel of parts side by side or on top of each other. */
function grouped(height: number, placed: readonly Placed[]): Panel {
  for (const { panel, x, y } of placed) {
    panel.node.setAttribute("x", String(x));
    panel.node.setAttribute("y", String(y));
  }
  const nodes = placed.map(({ panel }) => panel.node);
  return { node: element("svg", { width, height }, ...nodes), width, height };
}

/** A row per column: its distance, and beside it its differences of correlations with the others. */
function columnsPanels(report: SampleQuality, names: readonly string[]): Panel[] {
  const { marginals, correlations } = report;
  if (!marginals) return [];
  const shown = shownColumns(marginals.columns.map(({ distance }) => distance));
  const labels = shown.map((column) => names[column] ?? `${column}`);
  const nameRoom = roomForNames(labels);
  const room = (width - 2 * margin - nameRoom - gap) / 2;
  const side = Math.floor(Math.max(cell.least, Math.min(cell.most, room / shown.length)));
  const differences = correlations?.spearman.differences;
  const scale = Math.max(leastScale, correlations?.spearman.largest ?? 0);
  const matrixWidth = differences ? shown.length * side : 0;
  const distancesWidth = width - 2 * margin - nameRoom - (differences ? matrixWidth + gap : 0);
  const placed: Placed[] = [
    { panel: namesPanel(labels, side, nameRoom), x: margin, y: 0 },
    {
      panel: distancesPanel(marginals, shown, side, distancesWidth + overhang),
      x: margin + nameRoom - overhang,
      y: 0,
    },
  ];
  if (differences) {
    const cells = shown.map((row) => shown.map((column) => differences[row]?.[column] ?? null));
    const x = width - margin - matrixWidth;
    placed.push({ panel: matrixPanel(cells, side, scale), x, y: 0 });
    placed.push({ panel: turnedPanel(labels, side), x, y: shown.length * side });
  }
  const height = Math.max(
    axisRoom + shown.length * side,
    ...placed.map(({ panel, y }) => y + panel.height),
  );
  const items = columnsLegend(marginals, shown.length, differences ? scale : null);
  return [indented(legend(items, width - 2 * margin)), grouped(height, placed)];
}

function indented(panel: Panel): Panel {
  return grouped(panel.height, [{ panel, x: margin, y: 0 }]);
}

/** The columns with the largest distances, in the order of the table. */
function shownColumns(distances: readonly number[]): number[] {
  const order = distances.map((_, column) => column);
  order.sort((a, b) => (distances[b] as number) - (distances[a] as number));
  return order.slice(0, mostColumns).sort((a, b) => a - b);
}

function columnsLegend(
  { columns, criticalDistance }: NonNullable<SampleQuality["marginals"]>,
  shown: number,
  scale: number | null,
): LegendItem[] {
  const critical = `5 % critical value of one column: ${criticalDistance.toFixed(3)}`;
  const items: LegendItem[] = [
    { mark: "dot", color: modelColor, label: "Kolmogorov-Smirnov distance" },
    { mark: "line", color: "#555", dash: "4 3", label: critical },
  ];
  if (scale !== null) {
    const colors = Array.from({ length: 11 }, (_, index) => differenceScale.apply(index / 5 - 1));
    const label = `rank correlation in samples less that in data, −${scale.toFixed(2)} to ${scale.toFixed(2)}`;
    items.push({ mark: "ramp", colors, label });
  }
  if (shown < columns.length) {
    const label = `The ${shown} of ${columns.length} columns with the largest distances.`;
    items.push({ mark: "note", label });
  }
  return items;
}

/** As wide as the widest name, where the rest has room beside it. */
function roomForNames(labels: readonly string[]): number {
  const widest = Math.max(...labels.map((label) => textWidth(label, fontSize)));
  const rest = leastDistances + gap + labels.length * cell.least;
  return Math.min(Math.ceil(widest) + 10, width - 2 * margin - rest);
}

function namesPanel(labels: readonly string[], side: number, nameRoom: number): Panel {
  const nodes = labels.map((label, row) => {
    const place = { x: nameRoom - 8, y: (row + 0.5) * side, dy: "0.35em", "text-anchor": "end" };
    return element("text", { ...place, fill: "#333" }, cutEnd(label, nameRoom - 10, fontSize));
  });
  const size = { width: nameRoom, height: labels.length * side };
  return { node: element("svg", size, ...nodes), ...size };
}

function distancesPanel(
  { columns, criticalDistance }: NonNullable<SampleQuality["marginals"]>,
  shown: readonly number[],
  side: number,
  panelWidth: number,
): Panel {
  const points = shown.map((column, row) => ({ x: columns[column]?.distance ?? 0, y: row + 0.5 }));
  const domain: Range = [0, 1.08 * Math.max(criticalDistance, ...points.map(({ x }) => x))];
  const length = panelWidth - 2 * overhang;
  const x = axis("distance", domain, { length, horizontal: true, fontSize });
  return plotPanel({
    width: panelWidth,
    height: shown.length * side + axisRoom,
    ...{ marginLeft: overhang, marginRight: overhang, marginTop: 1, marginBottom: axisRoom },
    x: { domain: [...domain] },
    y: { domain: [shown.length, 0], axis: null },
    marks: [
      Plot.ruleY(points, { y: "y", stroke: "#e4e4e4" }),
      Plot.ruleX([criticalDistance], { stroke: "#555", strokeDasharray: "4 3" }),
      Plot.dot(points, { x: "x", y: "y", fill: modelColor, r: 4 }),
      Plot.frame({ stroke: frameColor }),
      Plot.axisX(x.ticks, {
        ...{ tickSize: 4, color: "#333", labelArrow: "none", labelAnchor: "center" },
        tickFormat: x.format,
        label: x.title,
      }),
    ],
  });
}

/** Cells coloured by their difference, a constant column's grey; with figures where they fit. */
function matrixPanel(
  cells: readonly (readonly (number | null)[])[],
  side: number,
  scale: number,
): Panel {
  const size = { width: cells.length * side, height: cells.length * side };
  const hasFigures = side >= textWidth("−0.00", 9) + 4;
  const nodes = cells.flatMap((row, i) =>
    row.flatMap((value, j) => {
      const fill = i === j || value === null ? "#ededed" : differenceScale.apply(value / scale);
      const box = { x: j * side, y: i * side, width: side, height: side, fill, stroke: "white" };
      if (i === j || value === null || !hasFigures) return [element("rect", box)];
      const place = { x: (j + 0.5) * side, y: (i + 0.5) * side, dy: "0.35em", "font-size": 9 };
      const text = value.toFixed(2).replace("-0.00", "0.00").replace("-", "−");
      const fillOfText = Math.abs(value) > 0.7 * scale ? "white" : "#333";
      const style = { ...place, "text-anchor": "middle", fill: fillOfText };
      return [element("rect", box), element("text", style, text)];
    }),
  );
  return { node: element("svg", size, ...nodes), ...size };
}

function turnedPanel(labels: readonly string[], side: number): Panel {
  const texts = labels.map((label) => cutEnd(label, mostTurned - 10, fontSize));
  const nodes = texts.map((text, column) => {
    const transform = `translate(${(column + 0.5) * side},6) rotate(-90)`;
    return element("text", { transform, dy: "0.35em", "text-anchor": "end", fill: "#333" }, text);
  });
  const height = 10 + Math.ceil(Math.max(...texts.map((text) => textWidth(text, fontSize))));
  const size = { width: labels.length * side, height };
  return { node: element("svg", size, ...nodes), ...size };
}

/** Distances of samples as an area, of held-out rows as an outline, on common bins. */
function neighboursPanels({ distances, rows }: NearestNeighbours): Panel[] {
  const { samples, heldOut } = distances;
  const views = [robustRange(samples), robustRange(heldOut)];
  const view = padded([0, extent(views.flat())[1]], 0);
  const edges = binEdges([...samples, ...heldOut], view);
  const [drawn, held] = [histogram(samples, edges), histogram(heldOut, edges)];
  const top = Math.max(...[...drawn, ...held].map(({ density }) => density)) || 1;
  const titles = ["distance to the nearest training row (scaled columns)", "density"] as const;
  const { x, y, options } = frame(
    neighboursHeight,
    { title: titles[0], domain: view },
    { title: titles[1], domain: [0, 1.06 * top] },
  );
  const outline = held.flatMap(({ from, to, density }): [number, number][] => [
    [from, density],
    [to, density],
  ]);
  const panel = plotPanel({
    ...options,
    width,
    marks: [
      Plot.rectY(drawn, {
        ...{ x1: "from", x2: "to", y: "density", clip: true },
        fill: modelColor,
        fillOpacity: 0.35,
      }),
      Plot.line(outline, { stroke: dataColor, strokeWidth: 1.75, clip: true }),
      Plot.ruleY([0], { stroke: frameColor }),
      ...axisMarks(x, y),
    ],
  });
  const items: LegendItem[] = [
    {
      mark: "area",
      fill: "#a6cce3",
      stroke: modelColor,
      label: `samples (${whole(rows.samples)})`,
    },
    { mark: "line", color: dataColor, label: `held-out rows (${whole(rows.heldOut)})` },
    { mark: "note", label: `Both should agree: samples that are nearer repeat training rows.` },
  ];
  return [indented(legend(items, width - 2 * margin)), panel];
}
