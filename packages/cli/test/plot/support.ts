import { Resvg } from "@resvg/resvg-js";
import { JSDOM } from "jsdom";
import { expect } from "vitest";
import type { Table } from "../../src/plot/index.ts";

/** Parses a picture as XML, which throws if it is not well-formed, and checks what all share. */
export function parsed(svg: string): Document {
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(svg.length).toBeLessThan(1_000_000);
  const { width, height } = size(document);
  expect(document.documentElement.getAttribute("viewBox")).toBe(`0 0 ${width} ${height}`);
  return document;
}

export function size(document: Document): { width: number; height: number } {
  const root = document.documentElement;
  return { width: Number(root.getAttribute("width")), height: Number(root.getAttribute("height")) };
}

/** All texts of a picture, in document order. */
export function texts(svg: string): string[] {
  return Array.from(parsed(svg).querySelectorAll("text"), (node) => node.textContent ?? "");
}

/** All texts of a picture that the PNG renderer can draw; it would end the process otherwise. */
export function drawable(svg: string): string[] {
  const { width, height } = size(parsed(svg));
  const image = new Resvg(svg).render();
  expect([image.width, image.height]).toEqual([width, height]);
  return texts(svg);
}

/** How many circles of a colour a picture has, the legend's included. */
export function circles(svg: string, fill: string): number {
  const marks = parsed(svg).querySelectorAll("circle");
  const own = (node: Element | null): string | null =>
    node === null ? null : (node.getAttribute("fill") ?? own(node.parentElement));
  return Array.from(marks).filter((node) => own(node) === fill).length;
}

/** The colours of a PNG as `rrggbb`, each with its number of pixels. */
export function pngColors(png: Uint8Array, width: number, height: number): Map<string, number> {
  const href = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}"><image width="${width}" height="${height}" xlink:href="${href}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  const colors = new Map<string, number>();
  for (let index = 0; index < pixels.length; index += 4) {
    const color = pixels.subarray(index, index + 3).toString("hex");
    colors.set(color, (colors.get(color) ?? 0) + 1);
  }
  return colors;
}

/** Standard normal numbers from a fixed sequence. */
export function normals(count: number, seed = 1): number[] {
  let state = seed;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  });
}

export function table(data: readonly number[], columns: number): Table {
  return { data, shape: [data.length / columns, columns] };
}

export function grid(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
}

export function bell(x: number): number {
  return Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
}
