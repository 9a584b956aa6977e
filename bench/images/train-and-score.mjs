import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { firstImages } from "../../packages/cli/dist/images/image-rows.js";
import { duration } from "../../packages/cli/dist/terminal/duration.js";
import { whole } from "../number-text.mjs";
import { measureAnomalies } from "./anomalies.mjs";
import { dataSet } from "./data-sets.mjs";
import { runName, score, train } from "./measure.mjs";
import { drawPictures } from "./pictures.mjs";

/** @typedef {import("./data-sets.mjs").DataSet} DataSet */
/** @typedef {import("./data-sets.mjs").ImageRows} ImageRows */

/**
 * What a run asks and tells while it works.
 * @typedef {Parameters<typeof train>[3] & { note: (text: string) => void,
 *   loadTest: (set: DataSet) => Promise<ImageRows> }} RunHooks
 */

/**
 * A whole run: train, keep the model in the folder, score it, and draw it.
 * @param {DataSet} set @param {Parameters<typeof train>[0]} plan @param {Parameters<typeof train>[1]} split
 * @param {Parameters<typeof train>[2]} unfinished @param {string} folder @param {RunHooks} hooks
 * @returns {Promise<import("./measure.mjs").Result>}
 */
export async function trainAndScore(set, plan, split, unfinished, folder, hooks) {
  const { signal, note, loadTest } = hooks;
  const { entry, settings } = plan;
  const { seed } = settings;
  const { test } = split;
  const { model, training } = await train(plan, split, unfinished, hooks);
  try {
    const models = join(folder, ".models");
    mkdirSync(models, { recursive: true });
    await model.save(join(models, `${runName(settings)}.safetensors`));
    note(`${whole(training.steps)} steps in ${duration(training.seconds)}; scoring and drawing`);
    const { scores, logMass } = await score(plan, model, test, signal);
    const compared = entry.scoresAnomalies
      ? await measureAnomalies(
          model,
          {
            train: firstImages(split.train, test.shape[0]),
            test,
            other: await loadTest(dataSet(set.other)),
          },
          { id: set.other, test: logMass, seed, signal },
        )
      : null;
    const pictures = await drawPictures(
      model,
      {
        ...{ set, test, seed, signal },
        title: `${entry.title}, ${set.title}`,
        logMass: compared?.logMass ?? null,
      },
      join(folder, runName(settings)),
    );
    return { ...scores, ...training, anomalies: compared?.anomalies ?? null, pictures };
  } finally {
    model.dispose();
  }
}
