import { shortened, textWidth } from "./label.ts";
import { element, fontSize, type Panel } from "./svg.ts";

/** One entry: what the mark looks like, and what it is. A `note` has no mark. */
export type LegendItem =
  | {
      readonly mark: "line";
      readonly color: string;
      readonly dash?: string;
      readonly label: string;
    }
  | { readonly mark: "dot"; readonly color: string; readonly label: string }
  | {
      readonly mark: "area";
      readonly fill: string;
      readonly stroke: string;
      readonly label: string;
    }
  | { readonly mark: "ramp"; readonly colors: readonly string[]; readonly label: string }
  | { readonly mark: "note"; readonly label: string };

const rowHeight = 18;
const markGap = 6;
const itemGap = 20;

/** A legend in rows, from left to right, on as many rows as it needs. */
export function legend(items: readonly LegendItem[], width: number): Panel {
  const nodes: SVGElement[] = [];
  let x = 0;
  let row = 0;
  for (const item of items) {
    const markWidth = item.mark === "note" ? 0 : widthOf(item) + markGap;
    const label = shortened(item.label, width - markWidth, fontSize);
    const itemWidth = markWidth + textWidth(label, fontSize);
    if (x > 0 && x + itemWidth > width) {
      x = 0;
      row++;
    }
    const middle = row * rowHeight + rowHeight / 2;
    nodes.push(...drawMark(item, x, middle));
    const text = { x: x + markWidth, y: middle, dy: "0.35em", fill: "#333" };
    nodes.push(element("text", text, label));
    x += itemWidth + itemGap;
  }
  const height = items.length === 0 ? 0 : (row + 1) * rowHeight;
  return { node: element("svg", { width, height }, ...nodes), width, height };
}

function widthOf(item: LegendItem): number {
  if (item.mark === "ramp") return item.colors.length * 8;
  return item.mark === "dot" ? 8 : 18;
}

function drawMark(item: LegendItem, x: number, middle: number): SVGElement[] {
  switch (item.mark) {
    case "line": {
      const stroke = {
        stroke: item.color,
        "stroke-width": 2,
        "stroke-dasharray": item.dash ?? "none",
      };
      return [element("line", { x1: x, x2: x + 18, y1: middle, y2: middle, ...stroke })];
    }
    case "dot":
      return [element("circle", { cx: x + 4, cy: middle, r: 3, fill: item.color })];
    case "area": {
      const box = { x: x + 0.5, y: middle - 4.5, width: 17, height: 9 };
      return [element("rect", { ...box, fill: item.fill, stroke: item.stroke })];
    }
    case "ramp":
      return item.colors.map((fill, index) =>
        element("rect", { x: x + index * 8, y: middle - 5, width: 8, height: 10, fill }),
      );
    case "note":
      return [];
  }
}
