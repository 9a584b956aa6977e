import { bitsPerDimension, DataError, type Model } from "pushforward";
import { type TrainingCurveOptions, trainingCurve } from "../plot/index.ts";
import { bestEntry } from "./best-entry.ts";
import { trainsOnOnePoint } from "./one-point.ts";
import type { Picture } from "./picture.ts";

/** The training curve of a model of tables, in nats per row. */
export function tableTrainingPicture(model: Model): Picture {
  const note = trainsOnOnePoint(model) ? ONE_POINT : undefined;
  return trainingPicture(model, (loss) => loss, "density", { note });
}

const ONE_POINT =
  "While training: upper bounds, of one point in each cell; scores are averages over several.";

/** The training curve of a model of images, in bits per dimension. */
export function imageTrainingPicture(model: Model): Picture {
  const size = model.columns.length;
  const measure = "bits per dimension";
  return trainingPicture(model, (loss) => bitsPerDimension(-loss, size), "samples", { measure });
}

function trainingPicture(
  model: Model,
  of: (loss: number) => number,
  instead: string,
  texts: Pick<TrainingCurveOptions, "measure" | "note">,
): Picture {
  const history = model.history.map(({ step, train, validation }) => ({
    step,
    train: of(train),
    validation: of(validation),
  }));
  const best = bestEntry(history);
  if (!best) {
    throw new DataError(
      `plot: the model holds no training history; draw --what ${instead} instead`,
    );
  }
  return {
    parts: [trainingCurve({ history, bestStep: best.step, ...texts })],
    subtitle: model.flowName,
  };
}
