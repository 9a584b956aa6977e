import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { MultiScaleFlowOptions } from "./image-flow.ts";
import { imageFlowPlusPlus } from "./image-flow-plus-plus.ts";
import { imageGlow } from "./image-glow.ts";
import { imageNice } from "./image-nice.ts";
import { imageRealNVP } from "./image-real-nvp.ts";
import { imageResidual } from "./image-residual.ts";

/** The sizes of flows of images that have names in common. */
export interface ImageCatalogSizes {
  /** Number of scales. */
  readonly levels?: number | undefined;
  /** Steps of each level, or couplings. */
  readonly layers?: number | undefined;
  /** Widths of the hidden layers; of residual networks, one for each block, all equal. */
  readonly hidden?: readonly number[] | undefined;
}

/** What flows of the catalog can be asked for; each refuses what it does not know. */
export interface ImageCatalogOptions
  extends Omit<MultiScaleFlowOptions, "base" | "levels">,
    ImageCatalogSizes {}

/** A flow of images that can be asked for by name. */
export interface ImageCatalogEntry {
  /** One line for listings. */
  readonly summary: string;
  /** The sizes that it has a use for, and what they are by default. */
  readonly defaults: ImageCatalogSizes;
  build(options: ImageCatalogOptions): Distribution;
}

const entries = {
  glow: {
    summary: "multi-scale, invertible 1x1 convolutions (Kingma and Dhariwal 2018): the default",
    defaults: { levels: 3, layers: 8, hidden: [64, 64] },
    build: ({ layers: steps, ...options }) => imageGlow({ ...options, steps }),
  },
  realnvp: {
    summary: "multi-scale, checkerboards and channels in turn (Dinh et al. 2017)",
    defaults: { levels: 3, hidden: [32, 32] },
    build: ({ hidden, ...options }) => imageRealNVP({ ...options, ...residual("realnvp", hidden) }),
  },
  nice: {
    summary: "additive couplings on the image as one vector (Dinh et al. 2015)",
    defaults: { layers: 4, hidden: [1000, 1000, 1000, 1000, 1000] },
    build: imageNice,
  },
  "flow++": {
    summary: "mixtures of logistics and learned dequantisation, slower to sample (Ho et al. 2019)",
    defaults: { hidden: [32, 32] },
    build: ({ hidden, ...options }) =>
      imageFlowPlusPlus({ ...options, ...residual("flow++", hidden) }),
  },
  residual: {
    summary: "multi-scale, what contractive networks add, densities estimated (Chen et al. 2019)",
    defaults: { levels: 3, layers: 8, hidden: [64, 64] },
    build: imageResidual,
  },
} as const satisfies Record<string, ImageCatalogEntry>;

/** Width and number of residual blocks from a list of widths. */
function residual(name: string, hidden: readonly number[] | undefined) {
  const width = hidden?.[0];
  if (hidden === undefined) return {};
  if (width === undefined || hidden.some((each) => each !== width)) {
    throw new DomainError(
      `${name}: its networks are residual, and all blocks have one width: give equal widths, one for each block, ` +
        `such as 64,64; got ${JSON.stringify(hidden)}.`,
    );
  }
  return { width, blocks: hidden.length };
}

/** The published models of images by the name that commands know them by. */
export const imageFlows: Readonly<Record<keyof typeof entries, ImageCatalogEntry>> =
  Object.freeze(entries);
