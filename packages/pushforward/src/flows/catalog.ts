import type { Distribution } from "../core/distribution.ts";
import type { ConditionerOptions } from "./conditioner.ts";
import type { FlowOptions } from "./flow-options.ts";
import { glow } from "./glow.ts";
import { iaf, maf } from "./maf.ts";
import { nice } from "./nice.ts";
import { nsf, nsfAutoregressive, type SplineOptions } from "./nsf.ts";
import { realNVP } from "./real-nvp.ts";

/** What any flow of the catalog can be asked for; each takes what it has a use for. */
export interface CatalogOptions extends FlowOptions, ConditionerOptions, SplineOptions {}

/** A flow that can be asked for by name. */
export interface CatalogEntry {
  /** One line for listings. */
  readonly summary: string;
  /** The sizes that it has a use for, and what they are by default. */
  readonly defaults: CatalogSizes;
  build(options: CatalogOptions): Distribution;
}

export interface CatalogSizes {
  readonly layers?: number;
  readonly hidden?: readonly number[];
  readonly bins?: number;
}

const hidden = [64, 64] as const;

const entries = {
  nsf: {
    summary: "neural spline flow with coupling layers (Durkan et al. 2019): the default",
    defaults: { layers: 5, hidden, bins: 8 },
    build: nsf,
  },
  "nsf-ar": {
    summary: "neural spline flow with autoregressive layers: slower to sample (Durkan et al. 2019)",
    defaults: { layers: 5, hidden, bins: 8 },
    build: nsfAutoregressive,
  },
  maf: {
    summary: "masked autoregressive flow: affine, slower to sample (Papamakarios et al. 2017)",
    defaults: { layers: 5, hidden },
    build: maf,
  },
  iaf: {
    summary: "inverse autoregressive flow: fast to sample, slow to score (Kingma et al. 2016)",
    defaults: { layers: 5, hidden },
    build: iaf,
  },
  realnvp: {
    summary: "affine couplings with batch normalisation (Dinh et al. 2017)",
    defaults: { layers: 8, hidden },
    build: realNVP,
  },
  glow: {
    summary: "affine couplings, linear maps, activation normalisation (Kingma and Dhariwal 2018)",
    defaults: { layers: 8, hidden },
    build: glow,
  },
  nice: {
    summary: "additive couplings, volume-preserving but for a final scaling (Dinh et al. 2015)",
    defaults: { layers: 4, hidden },
    build: nice,
  },
} as const satisfies Record<string, CatalogEntry>;

/** The published models by the name that commands know them by. */
export const flows: Readonly<Record<keyof typeof entries, CatalogEntry>> = Object.freeze(entries);
