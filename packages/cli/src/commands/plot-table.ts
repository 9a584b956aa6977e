import { basename } from "node:path";
import { DataError, DomainError, type Model } from "pushforward";
import { probabilityIntegralTransform } from "pushforward/evaluation";
import { scoreTable } from "pushforward/tables";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { calibrationPlot, qualityPlot, scoreHistogram } from "../plot/index.ts";
import { spreadOverCells } from "../table/spread-over-cells.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { densityPicture } from "./density-picture.ts";
import { baselineEngine } from "./engine-options.ts";
import { eventNames } from "./event-names.ts";
import { drawModelRows, type ModelRows, readModelRows } from "./model-rows.ts";
import type { Picture, PlotCommandOptions, TablePictureName } from "./picture.ts";
import { qualityOf } from "./sample-quality.ts";
import { tableTrainingPicture } from "./training-picture.ts";
import { WAY_SAMPLES, wayPicture } from "./way-pictures.ts";

/** Rows drawn from a model for a picture. */
const SAMPLES = 2000;

/** A picture of a model of tables, beside the rows of one or the model's own samples. */
export async function tablePicture(
  model: Model,
  what: TablePictureName,
  path: string | undefined,
  options: PlotCommandOptions,
  console: Console,
): Promise<Picture> {
  refuseOptionsOf("images", options, "the model is one of tables");
  const { seed, sql } = options;
  const hasData = path !== undefined || sql !== undefined;
  const isWay = what === "layers" || what === "trajectories";
  if (what === "training" || (isWay && !model.condShape)) {
    if (hasData) console.note(`--what ${what} needs no table: it is not read.`);
    return what === "training" ? tableTrainingPicture(model) : wayPicture(what, model, seed);
  }
  if (!hasData && isWay) {
    throw new DataError(
      `plot: --what ${what} needs a table, for the model is conditional: its rows are what samples are drawn given; ` +
        "name one after the model",
    );
  }
  if (!hasData && what !== "density") {
    throw new DataError(`plot: --what ${what} needs a table; name one after the model`);
  }
  const found = hasData
    ? await readModelRows(model, path, options, isWay ? WAY_SAMPLES : undefined)
    : await drawModelRows(model, SAMPLES, seed);
  for (const notice of found.notices) console.note(notice);
  if (isWay) return wayPicture(what, model, seed, found);
  const part = await pictures[what](model, found, options, console);
  return { parts: [part], subtitle: subtitleOf(found, found.table.rows) };
}

const pictures = {
  density: (model: Model, found: ModelRows, options: PlotCommandOptions, console: Console) =>
    densityPicture(model, found, options.seed, baselineEngine(options, console)),
  scores,
  calibration,
  quality: async (model: Model, found: ModelRows, options: PlotCommandOptions) =>
    qualityPlot(await qualityOf(model, found, options), eventNames(model)),
};

/** Which rows are drawn. */
export function subtitleOf(
  { source, from }: Pick<ModelRows, "source" | "from">,
  rows: number,
): string {
  if (source === undefined) return `${counted(rows, "sample")} of the model in the place of data`;
  const some = rows < from.rows ? `${rows.toLocaleString("en-US")} of ` : "";
  return `${some}${counted(from.rows, "row")} of ${basename(source)}${from.atRandom ? ", at random" : ""}`;
}

/** The log-densities of rows, beside those of rows that the model had not seen. */
async function scores(model: Model, { table }: ModelRows) {
  const { logProb } = await scoreTable(model, table);
  const finite = logProb.filter(Number.isFinite);
  const held = model.heldOut;
  return scoreHistogram({
    groups: [
      { name: "rows", values: finite },
      ...(held ? [{ name: "held out when fitted", values: held }] : []),
    ],
    title: "log-density, nats",
    better: "right",
  });
}

/** Probability integral transforms: where rows lie in the distribution that the model says they come from. */
async function calibration(
  model: Model,
  { events, context }: ModelRows,
  { seed }: PlotCommandOptions,
) {
  if (!model.flow.flow?.base.centred) {
    throw new DomainError(
      "--what calibration: needs a flow whose base is a standard normal distribution",
    );
  }
  const latents = await model.encode(spreadOverCells(events, model.columns, seed), { context });
  const size = model.columns.length;
  const finite = latents.data.every(Number.isFinite);
  if (!finite)
    throw new DomainError(
      "--what calibration: some rows lie outside of what the model can produce",
    );
  const shape = [latents.data.length / size, size];
  const found = probabilityIntegralTransform({ latents: { data: latents.data, shape } });
  return calibrationPlot({
    groups: [
      { name: "whole rows", values: found.whole },
      ...found.latents.map((values, k) => ({ name: `latent ${k + 1}`, values })),
    ],
  });
}
