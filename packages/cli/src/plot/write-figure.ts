import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { DataError } from "pushforward";

const { resolve } = createRequire(import.meta.url);
const fontFiles = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/**
 * Writes a picture to a file: as it is to `.svg`, drawn at a multiple of its size on white to `.png`.
 *
 * The file appears whole or not at all: it is written under a temporary name beside `path`.
 *
 * @param svg an SVG document.
 * @param path where to write.
 * @param zoom the multiple; default 2, for screens with small pixels.
 * @throws DataError if the path ends in neither `.svg` nor `.png`, or cannot be written.
 */
export async function writeFigure(svg: string, path: string, zoom = 2): Promise<void> {
  const content = encode(svg, path, zoom);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `The picture cannot be written to "${path}": ${reason}. Name a file in a folder that exists and can be written.`,
      { cause: error },
    );
  }
}

function encode(svg: string, path: string, zoom: number): string | Uint8Array {
  const ending = extname(path).toLowerCase();
  if (ending === ".svg") return svg;
  if (ending === ".png") return png(svg, zoom);
  throw new DataError(
    `A picture cannot be written to "${path}": its name ends in "${ending}", expected ".svg" or ".png". Give the file one of these endings.`,
  );
}

function png(svg: string, zoom: number): Uint8Array {
  const rendered = new Resvg(svg, {
    background: "white",
    fitTo: { mode: "zoom", value: zoom },
    font: {
      // The machine's own fonts take time to read and differ: only for scripts that DejaVu lacks.
      loadSystemFonts: /[\u0900-\u1CFF\u2E80-\uFFFC]/.test(svg),
      fontFiles: fontFiles.map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)),
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  }).render();
  return rendered.asPng();
}
