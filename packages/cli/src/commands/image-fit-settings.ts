import {
  type Distribution,
  DomainError,
  type FitOptions,
  type ImageCatalogSizes,
  imageFlows,
} from "pushforward";
import { contextsOf, type ImageRows } from "../images/image-rows.ts";
import type { ImageSplit } from "../images/split-images.ts";
import { refuseUselessSizes, sizesOf } from "../options/flow-sizes.ts";
import { given } from "../options/given.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { givenTraining } from "./fit-settings.ts";

/** The flow where none is asked for. */
const USUAL = "glow";

/** Below this many images, the library's defaults soon learn them by heart. */
export const SMALL_SET = 1000;

/** For small sets: fewer and narrower layers, and a strong weight decay, as small tables have them. */
const small = {
  hidden: 32,
  training: { learningRate: 1e-3, weightDecay: 3, validateEvery: 10 },
} as const;

/** Half the layers; additive couplings, which need three to mix all numbers, keep theirs. */
function smallSizes(flow: keyof typeof imageFlows): ImageCatalogSizes {
  const { layers, hidden = [] } = imageFlows[flow].defaults;
  return {
    ...(layers && { layers: flow === "nice" ? layers : Math.ceil(layers / 2) }),
    hidden: hidden.slice(0, 2).map(() => small.hidden),
  };
}

/**
 * Builds the flow of images that the options ask for.
 *
 * @throws DomainError, ShapeError for a flow, a size or images that do not go together.
 */
export function buildImageFlow(
  { shape: [count, ...shape], labels }: ImageRows,
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
  const sizes = { ...(count < SMALL_SET && smallSizes(flow)), ...sizesOf(options) };
  return build({ shape, bits, ...given({ context, dequantization }), ...sizes });
}

function isImageFlow(name: string): name is keyof typeof imageFlows {
  return Object.hasOwn(imageFlows, name);
}

/** The training that the options ask for, on these parts of the images. */
export function imageTraining(
  { train, validation, test }: ImageSplit,
  options: FitCommandOptions,
): FitOptions {
  const count = [train, validation, test].reduce((sum, { shape }) => sum + shape[0], 0);
  return {
    optimizer: "adamw",
    ...(count < SMALL_SET && small.training),
    ...givenTraining(options),
    validation,
    context: contextsOf(train.labels),
    validationContext: contextsOf(validation.labels),
    ...given({ contextNames: train.labels?.classes, flips: options.flips, engine: options.engine }),
  };
}
