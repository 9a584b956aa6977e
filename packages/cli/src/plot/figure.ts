import { wrapped } from "./label.ts";
import { element, type Panel, parse, picture } from "./svg.ts";

export interface FigureText {
  readonly title?: string;
  readonly subtitle?: string;
}

const titleSize = 16;
const subtitleSize = 12;
const margin = 16;

/**
 * Stacks pictures in one, top to bottom, with a title and a subtitle above them.
 *
 * @param text title and subtitle; either may be left out.
 * @param parts SVG documents, as the plots of this folder return them.
 * @returns an SVG document as wide as the widest part.
 */
export function figure(text: FigureText, ...parts: readonly string[]): string {
  const panels = parts.map(parse);
  const width = Math.max(480, ...panels.map((panel) => panel.width));
  const stack = [...heading(text, width), ...panels];
  let y = 0;
  const placed = stack.map((panel) => {
    const place = { panel, x: 0, y };
    y += panel.height;
    return place;
  });
  return picture(text.title ?? "Figure", width, y, placed);
}

function heading({ title, subtitle }: FigureText, width: number): Panel[] {
  const room = width - 2 * margin;
  const lines = [
    ...textLines(title, room, titleSize, { "font-weight": "bold" }),
    ...textLines(subtitle, room, subtitleSize, { fill: "#555" }),
  ];
  if (lines.length === 0) return [];
  let y = 8;
  const nodes = lines.map(({ size, line, style }) => {
    y += size * 1.35;
    return element("text", { x: margin, y, "font-size": size, ...style }, line);
  });
  const height = Math.ceil(y + 8);
  return [{ node: element("svg", { width, height }, ...nodes), width, height }];
}

function textLines(
  text: string | undefined,
  room: number,
  size: number,
  style: Readonly<Record<string, string>>,
) {
  if (text === undefined || text === "") return [];
  return wrapped(text, room, size, 3).map((line) => ({ size, line, style }));
}
