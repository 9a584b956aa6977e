import type { ImageSet } from "../images/image-set.ts";
import { formFacts } from "../images/image-text.ts";
import type { ImageSplit } from "../images/split-images.ts";
import { counted } from "../table/wording.ts";
import { duration } from "../terminal/duration.ts";
import { factLines } from "../terminal/text-table.ts";
import type { PartScores } from "./comparison.ts";
import { scoreLines } from "./score-lines.ts";
import type { TrainingRun } from "./training-run.ts";

/** What there is to tell of a fit to images. */
export interface ImageFitReport extends TrainingRun {
  images: ImageSet;
  split: ImageSplit;
  bits: number;
  seed: number;
  out: string;
  seconds: number;
  scores: PartScores;
}

/** The report for people. */
export function imageTextReport(report: ImageFitReport, width: number): string[] {
  const { images, split, bits, model, seconds, steps, bestStep, out, scores } = report;
  const classes = split.train.labels?.classes;
  const imagesOf = (part: keyof ImageSplit) =>
    `${split[part].shape[0].toLocaleString("en-US")} ${part}`;
  const facts: [string, string][] = [
    ["images", `${images.source}, ${counted(images.count, "image")}`],
    ...formFacts({ shape: images.shape, high: 2 ** bits - 1, classes }),
    ["split", `${imagesOf("train")}, ${imagesOf("validation")}, ${imagesOf("test")}`],
    ["flow", `${model.flowName}, ${counted(model.parameterCount, "parameter")}`],
    ["engine", model.engineName ?? ""],
    [
      "training time",
      `${duration(seconds)} for ${counted(steps, "step")}, the best was ${bestStep}`,
    ],
  ];
  return [
    ...factLines(facts, width),
    "",
    ...scoreLines("bits per dimension, lower is better", [scores], width),
    "",
    ...factLines([["model", out]], width),
  ];
}

/** The report for machines. */
export function imageJsonReport(report: ImageFitReport) {
  const { images, split, bits, model, seconds, steps, bestStep, out, scores } = report;
  const { name: _, ...bitsPerDimension } = scores;
  return {
    command: "fit",
    model: out,
    images: images.source,
    count: {
      total: images.count,
      train: split.train.shape[0],
      validation: split.validation.shape[0],
      test: split.test.shape[0],
    },
    shape: images.shape,
    bits,
    classes: split.train.labels?.classes ?? null,
    flow: model.flowName,
    parameters: model.parameterCount,
    engine: model.engineName,
    seed: report.seed,
    steps,
    bestStep,
    seconds,
    bitsPerDimension,
    notices: report.notices,
  };
}
