import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import { printable } from "./label.ts";

/** A piece of a picture, with its size in pixels. */
export interface Panel {
  readonly node: SVGElement;
  readonly width: number;
  readonly height: number;
}

export interface Placed {
  readonly panel: Panel;
  readonly x: number;
  readonly y: number;
}

const namespace = "http://www.w3.org/2000/svg";
const { document, XMLSerializer } = new JSDOM().window;
// Verdana has the widths of DejaVu Sans: labels fit in a browser without it, too.
const fontFamily = "DejaVu Sans, Verdana, sans-serif";

/** Font size of everything but titles, in pixels. */
export const fontSize = 11;

/** An SVG element with attributes and children; texts become text. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (SVGElement | string)[]
): SVGElement {
  const node = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  for (const child of children) {
    node.append(typeof child === "string" ? document.createTextNode(printable(child)) : child);
  }
  return node;
}

/** Draws with Observable Plot, without a browser. */
export function plotPanel(
  options: Omit<Plot.PlotOptions, "width" | "height"> & { width: number; height: number },
): Panel {
  const node = Plot.plot({ ...options, document }) as unknown as SVGElement;
  // The style sheet is for a page; the font is set once, on the whole picture.
  node.querySelector("style")?.remove();
  for (const name of ["class", "style", "font-family"]) node.removeAttribute(name);
  node.setAttribute("font-size", String(fontSize));
  for (const child of node.querySelectorAll("*")) roundNumbers(child);
  return { node, width: options.width, height: options.height };
}

const roundedAttributes = "d transform x y cx cy x1 x2 y1 y2 width height".split(" ");

/** Coordinates to a hundredth of a pixel: a third of the file, and nothing that can be seen. */
function roundNumbers(node: Element): void {
  for (const name of roundedAttributes) {
    const value = node.getAttribute(name);
    if (value === null) continue;
    node.setAttribute(
      name,
      value.replace(/\d+\.\d+(e-?\d+)?/g, (number) =>
        String(Math.round(Number(number) * 100) / 100),
      ),
    );
  }
}

/** One picture from pieces, as a standalone SVG document with a white background. */
export function picture(label: string, width: number, height: number, placed: Placed[]): string {
  for (const { panel, x, y } of placed) {
    panel.node.setAttribute("x", String(x));
    panel.node.setAttribute("y", String(y));
  }
  const root = element(
    "svg",
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": fontFamily,
      "font-size": fontSize,
      role: "img",
      "aria-label": printable(label),
    },
    element("rect", { width, height, fill: "white" }),
    ...placed.map(({ panel }) => panel.node),
  );
  return new XMLSerializer().serializeToString(root);
}

/** The element and the size of an SVG document that one of the plots returned. */
export function parse(svg: string): Panel {
  const node = new JSDOM(svg, { contentType: "image/svg+xml" }).window.document
    .documentElement as unknown as SVGElement;
  return {
    node: document.importNode(node, true),
    width: Number(node.getAttribute("width")),
    height: Number(node.getAttribute("height")),
  };
}
