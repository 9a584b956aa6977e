import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFigure } from "../packages/cli/dist/plot/write-figure.js";
import { growthPicture, memoryPicture, timesPicture } from "./pictures.mjs";
import { tables } from "./tables.mjs";

/**
 * Write results.json, table.md and the pictures of what was measured.
 * @param {import("./results.mjs").Results} results
 * @param {string} folder
 */
export async function writeReport(results, folder) {
  await writeFile(join(folder, "results.json"), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(join(folder, "table.md"), tables(results));
  const pictures = {
    times: timesPicture(results),
    memory: memoryPicture(results),
    growth: growthPicture(results),
  };
  for (const [name, svg] of Object.entries(pictures)) {
    if (svg === null) continue;
    await writeFigure(svg, join(folder, `${name}.svg`));
    await writeFigure(svg, join(folder, `${name}.png`));
  }
}
