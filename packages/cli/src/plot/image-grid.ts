import { DataError } from "pushforward";
import { quoted } from "../table/wording.ts";
import { checkImageBlock, type ImageBlock } from "./image-block.ts";
import { imageSheet, type SheetLayout } from "./image-sheet.ts";
import { shortened, textWidth, whole } from "./label.ts";
import { element, fontSize, type Panel, type Placed, picture } from "./svg.ts";

export interface ImageGridOptions {
  readonly blocks: readonly ImageBlock[];
}

/** A block as drawn; whether it has several rows of images decides what may stand beside it. */
interface BlockPanel extends Panel {
  readonly rows: number;
}

/** Two grids of 8 by 8 images of 32 by 32 pixels stand side by side. */
const pageWidth = 1100;
const margin = 16;
const room = pageWidth - 2 * margin;
/** What the PNG renderer can hold in memory with ease. */
const mostHeight = 20_000;
const imageGap = 2;
const blockGap = 16;
/** Small images are enlarged to about this side. */
const legibleSide = 64;
const longestRow = 12;
const labelSize = 1.1 * fontSize;
/** Bold letters are wider than the others. */
const labelWidthSize = 1.15 * labelSize;
const labelHeight = 20;
const narrowestLabel = 320;
const captionSize = 9;
const captionHeight = 16;
const widestCaption = 120;
// The PNG renderer knows the one name, browsers the other; each skips what it does not know.
const keepPixels = "image-rendering:pixelated;image-rendering:optimizeSpeed";

/**
 * Draws blocks of images, each with its label above and captions below the images. Small images
 * are enlarged by a whole factor, so that every pixel stays a square. Blocks of one row stand below
 * each other, so that columns compare; blocks of several rows stand side by side where they fit.
 *
 * @param options the blocks; see `ImageBlock`.
 * @returns an SVG document at most 1100 pixels wide, unless a single image is wider.
 * @throws DataError if there is no block, a value is no number, or a block is too high to be drawn.
 * @throws ShapeError if a block has no images, or neither 1 nor 3 channels, or if its data or its
 * captions do not fit its shape.
 * @throws DomainError if `columns` is no positive whole number.
 */
export async function imageGrid({ blocks }: ImageGridOptions): Promise<string> {
  if (blocks.length === 0) {
    throw new DataError("imageGrid: got no blocks; give one block of images at least.");
  }
  // One width for all, so that columns line up from block to block.
  const captionWidth = widest(blocks.flatMap(({ captions }) => captions ?? []));
  blocks.forEach((block, index) => {
    const label = block.label === undefined ? "" : ` (${quoted(block.label)})`;
    const name = `block ${index + 1}${label}`;
    checkImageBlock(block, name);
    refuseTower(block, captionWidth, name);
  });
  const panels: BlockPanel[] = [];
  for (const block of blocks) panels.push(await blockPanel(block, captionWidth));
  const labels = blocks.flatMap(({ label }) => label ?? []);
  const { placed, width, height } = arranged(panels);
  return picture(["Images", ...labels].join(", "), width, height, placed);
}

function refuseTower(block: ImageBlock, captionWidth: number, name: string): void {
  const { height } = blockLayout(block, captionWidth).layout;
  if (height <= mostHeight) return;
  throw new DataError(
    `imageGrid: ${name} would be ${whole(height)} pixels high, expected at most ${whole(mostHeight)}; give fewer images than its ${whole(block.images.shape[0] as number)}.`,
  );
}

function widest(captions: readonly string[]): number {
  const widths = captions.map((caption) =>
    Math.min(widestCaption, textWidth(caption, captionSize)),
  );
  return Math.ceil(widths.reduce((most, width) => Math.max(most, width), 0));
}

async function blockPanel(block: ImageBlock, captionWidth: number): Promise<BlockPanel> {
  const { label, images, captions } = block;
  const { layout, inset, rows } = blockLayout(block, captionWidth);
  const top = label === undefined ? 0 : labelHeight;
  const size = { width: layout.width, height: layout.height };
  const href = await imageSheet(images, layout);
  const nodes = [element("image", { x: inset, y: top, ...size, href, style: keepPixels })];
  let width = 2 * inset + layout.width;
  if (label !== undefined) {
    const labelRoom = rows > 1 ? Math.max(width, narrowestLabel) : room;
    const text = shortened(label, labelRoom, labelWidthSize);
    const style = { "font-size": labelSize, "font-weight": "bold", fill: "#333" };
    nodes.push(element("text", { x: 0, y: 13, ...style }, text));
    width = Math.max(width, Math.ceil(textWidth(text, labelWidthSize)));
  }
  if (captions !== undefined) nodes.push(captionTexts(captions, layout, inset, top));
  const height = top + layout.height + (captions === undefined ? 0 : captionHeight);
  return { node: element("svg", { width, height }, ...nodes), width, height, rows };
}

/** Where the images of a block stand; `inset` is the room for captions at both ends of a row. */
function blockLayout({ images, columns, captions }: ImageBlock, captionWidth: number) {
  const [count, , rawHeight, rawWidth] = images.shape as [number, number, number, number];
  const factor = Math.max(1, Math.round(legibleSide / Math.max(rawHeight, rawWidth)));
  const [width, height] = [factor * rawWidth, factor * rawHeight];
  const inset = captionWidth > width ? Math.ceil((captionWidth + 4 - width) / 2) : 0;
  const across = width + 2 * inset + imageGap;
  const down = height + imageGap + (captions === undefined ? 0 : captionHeight);
  const perRow = columnsFor(count, Math.floor((room + imageGap) / across), columns);
  const rows = Math.ceil(count / perRow);
  const layout: SheetLayout = {
    columns: perRow,
    factor,
    across,
    down,
    width: (perRow - 1) * across + width,
    height: (rows - 1) * down + height,
  };
  return { layout, inset, rows };
}

/** As many images in a row as asked for; where they do not fit half as many, a third, and so on. */
function columnsFor(count: number, fitting: number, asked: number | undefined): number {
  const usual = count <= longestRow ? count : Math.ceil(Math.sqrt(count));
  const wanted = Math.min(count, asked ?? usual);
  const parts = Math.ceil(wanted / Math.max(1, fitting));
  return Math.ceil(wanted / parts);
}

function captionTexts(
  captions: readonly string[],
  { columns, across, down, width }: SheetLayout,
  inset: number,
  top: number,
): SVGElement {
  const imageWidth = width - (columns - 1) * across;
  const texts = captions.map((caption, index) => {
    const x = inset + (index % columns) * across + imageWidth / 2;
    const y = top + (Math.floor(index / columns) + 1) * down - imageGap - 5;
    return element("text", { x, y }, shortened(caption, across, captionSize));
  });
  const style = { "font-size": captionSize, "text-anchor": "middle", fill: "#555" };
  return element("g", style, ...texts);
}

/** The blocks from top to bottom, those of several rows side by side while the page has room. */
function arranged(panels: readonly BlockPanel[]) {
  const placed: Placed[] = [];
  let [x, y, lineHeight, width] = [margin, margin / 2, 0, 0];
  let before: BlockPanel | undefined;
  for (const panel of panels) {
    const beside = before !== undefined && before.rows > 1 && panel.rows > 1;
    if (before !== undefined && !(beside && x + panel.width <= pageWidth - margin)) {
      x = margin;
      y += lineHeight + blockGap;
      lineHeight = 0;
    }
    placed.push({ panel, x, y });
    lineHeight = Math.max(lineHeight, panel.height);
    width = Math.max(width, x + panel.width + margin);
    x += panel.width + blockGap;
    before = panel;
  }
  return { placed, width, height: y + lineHeight + margin };
}
