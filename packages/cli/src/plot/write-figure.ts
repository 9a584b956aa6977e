import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { DataError } from "pushforward";

const { resolve } = createRequire(import.meta.url);
const fontFiles = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/**
 * Writes a picture to a file: as it is to `.svg`, drawn at twice its size on white to `.png`.
 *
 * The file appears whole or not at all: it is written under a temporary name beside `path`.
 *
 * @param svg an SVG document.
 * @param path where to write.
 * @throws DataError if the path ends in neither `.svg` nor `.png`, or cannot be written.
 */
export async function writeFigure(svg: string, path: string): Promise<void> {
  const content = encode(svg, path);
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

function encode(svg: string, path: string): string | Uint8Array {
  const ending = extname(path).toLowerCase();
  if (ending === ".svg") return svg;
  if (ending === ".png") return png(svg);
  throw new DataError(
    `A picture cannot be written to "${path}": its name ends in "${ending}", expected ".svg" or ".png". Give the file one of these endings.`,
  );
}

/** The picture at twice its size, for screens with small pixels. */
function png(svg: string): Uint8Array {
  const rendered = new Resvg(svg, {
    background: "white",
    fitTo: { mode: "zoom", value: 2 },
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
