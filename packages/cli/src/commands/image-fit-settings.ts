import { type Distribution, DomainError, type FitOptions, imageFlows } from "pushforward";
import { contextsOf, type ImageRows } from "../images/image-rows.ts";
import type { ImageSplit } from "../images/split-images.ts";
import { refuseUselessSizes, sizesOf } from "../options/flow-sizes.ts";
import { given } from "../options/given.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { givenTraining } from "./fit-settings.ts";

/** The flow where none is asked for. */
const USUAL = "glow";

/**
 * Builds the flow of images that the options ask for.
 *
 * @throws DomainError, ShapeError for a flow, a size or images that do not go together.
 */
export function buildImageFlow(
  { shape: [, ...shape], labels }: ImageRows,
  bits: number,
  options: FitCommandOptions,
): Distribution {
  const { flow = USUAL, dequantization } = options;
  if (!isImageFlow(flow)) {
    const names = Object.keys(imageFlows).join(", ");
    throw new DomainError(`--flow: ${flow} is for tables; for images take one of ${names}`);
  }
  const { build, defaults } = imageFlows[flow];
  refuseUselessSizes(flow, options, defaults);
  const context = labels?.classes.length;
  return build({ shape, bits, ...given({ context, dequantization }), ...sizesOf(options) });
}

function isImageFlow(name: string): name is keyof typeof imageFlows {
  return Object.hasOwn(imageFlows, name);
}

/** The training that the options ask for, on these parts of the images. */
export function imageTraining(
  { train, validation }: ImageSplit,
  options: FitCommandOptions,
): FitOptions {
  return {
    optimizer: "adamw",
    ...givenTraining(options),
    validation,
    context: contextsOf(train.labels),
    validationContext: contextsOf(validation.labels),
    ...given({ contextNames: train.labels?.classes, flips: options.flips, engine: options.engine }),
  };
}
