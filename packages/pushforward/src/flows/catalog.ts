import type { Distribution } from "../core/distribution.ts";
import { bnaf } from "./block-neural-autoregressive.ts";
import { cdfFlow } from "./cdf.ts";
import type { ConditionerOptions } from "./conditioner.ts";
import { ffjord } from "./ffjord.ts";
import { flowMatching } from "./flow-matching.ts";
import type { FlowOptions } from "./flow-options.ts";
import { flowPlusPlus } from "./flow-plus-plus.ts";
import { gaussianization } from "./gaussianization.ts";
import { glow } from "./glow.ts";
import { linearFlow } from "./linear.ts";
import { made } from "./made.ts";
import { iaf, maf } from "./maf.ts";
import { naf, umnn } from "./neural-autoregressive.ts";
import { nice } from "./nice.ts";
import { nsf, nsfAutoregressive, type SplineOptions } from "./nsf.ts";
import { planarFlow } from "./planar.ts";
import { bernsteinFlow, sumOfSquaresFlow } from "./polynomial.ts";
import { radialFlow } from "./radial.ts";
import { realNVP } from "./real-nvp.ts";
import { residualFlow } from "./residual.ts";
import { sylvesterFlow } from "./sylvester.ts";

/** What flows of the catalog can be asked for; each refuses what it does not know. */
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
  made: {
    summary: "one autoregressive layer with normal outputs (Germain et al. 2015)",
    defaults: { hidden },
    build: made,
  },
  naf: {
    summary: "autoregressive with small monotone networks, NAF (Huang et al. 2018)",
    defaults: { layers: 3, hidden },
    build: naf,
  },
  bnaf: {
    summary: "autoregressive with one monotone network for all columns, BNAF (De Cao et al. 2019)",
    defaults: { layers: 3 },
    build: bnaf,
  },
  umnn: {
    summary: "autoregressive with integrals of networks, UMNN-MAF (Wehenkel and Louppe 2019)",
    defaults: { layers: 3, hidden },
    build: umnn,
  },
  sos: {
    summary: "autoregressive with sum-of-squares polynomials (Jaini et al. 2019)",
    defaults: { layers: 3, hidden },
    build: sumOfSquaresFlow,
  },
  bernstein: {
    summary: "autoregressive with Bernstein polynomials (Ramasinghe et al. 2021)",
    defaults: { layers: 3, hidden },
    build: bernsteinFlow,
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
  "flow++": {
    summary: "couplings by mixtures of logistics, slower to sample (Ho et al. 2019)",
    defaults: { layers: 5, hidden },
    build: flowPlusPlus,
  },
  gaussianization: {
    summary: "rotations and the mixtures of single dimensions in turn (Meng et al. 2020)",
    defaults: { layers: 8 },
    build: gaussianization,
  },
  planar: {
    summary: "bends along single directions, slower to sample (Rezende and Mohamed 2015)",
    defaults: { layers: 16 },
    build: planarFlow,
  },
  radial: {
    summary: "stretches around single points (Rezende and Mohamed 2015)",
    defaults: { layers: 16 },
    build: radialFlow,
  },
  sylvester: {
    summary: "bends along several directions at once, slower to sample (van den Berg et al. 2018)",
    defaults: { layers: 8 },
    build: sylvesterFlow,
  },
  residual: {
    summary: "what contractive networks add, slower to sample (Chen et al. 2019)",
    defaults: { layers: 8, hidden },
    build: residualFlow,
  },
  ffjord: {
    summary: "free-form velocity over time, slower to score and sample (Grathwohl et al. 2019)",
    defaults: { layers: 1, hidden },
    build: ffjord,
  },
  "flow-matching": {
    summary: "the same velocity, fitted to straight paths: fast to train (Lipman et al. 2023)",
    defaults: { hidden: [64, 64, 64] },
    build: flowMatching,
  },
  cdf: {
    summary: "the mixture distribution function of each column by itself, for one column",
    defaults: {},
    build: cdfFlow,
  },
  linear: {
    summary: "one linear map: a normal distribution, to compare with",
    defaults: {},
    build: linearFlow,
  },
} as const satisfies Record<string, CatalogEntry>;

/** The published models by the name that commands know them by. */
export const flows: Readonly<Record<keyof typeof entries, CatalogEntry>> = Object.freeze(entries);
