import { writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFigure } from "../../packages/cli/dist/plot/write-figure.js";
import { page } from "./page.mjs";
import { gridPicture } from "./picture.mjs";

const docs = fileURLToPath(new URL("../../docs", import.meta.url));

/**
 * Write the page and its picture: into the folder, or into the documentation.
 * @param {import("./results.mjs").Grid} grid @param {string} folder @param {boolean} documented
 * @returns {Promise<string>} where the page is
 */
export async function writeReport(grid, folder, documented) {
  const [file, image] = documented
    ? [join(docs, "densities.md"), join(docs, "images", "densities.png")]
    : [join(folder, "densities.md"), join(folder, "densities.png")];
  // At its own size: at twice, 150 maps make a file of 2.6 MiB.
  await writeFigure(gridPicture(grid), image, 1);
  writeFileSync(file, page(grid, relative(dirname(file), image)));
  return file;
}
