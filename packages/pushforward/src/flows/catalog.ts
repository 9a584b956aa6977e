import type { Flow } from "../core/distribution.ts";
import type { CouplingFlowOptions } from "./coupling-flow.ts";
import { nice } from "./nice.ts";
import { type NsfOptions, nsf } from "./nsf.ts";
import { realNVP } from "./real-nvp.ts";

/** A flow that can be asked for by name. */
export interface CatalogEntry {
  /** One line for listings. */
  readonly summary: string;
  build(options: NsfOptions & CouplingFlowOptions): Flow;
}

/** The published models by the name that commands know them by. */
export const flows: Readonly<Record<"nsf" | "realnvp" | "nice", CatalogEntry>> = Object.freeze({
  nsf: {
    summary: "neural spline flow with coupling layers (Durkan et al. 2019): the default",
    build: nsf,
  },
  realnvp: {
    summary: "affine couplings with activation normalisation (Dinh et al. 2017)",
    build: realNVP,
  },
  nice: {
    summary: "additive couplings, volume-preserving but for a final scaling (Dinh et al. 2015)",
    build: nice,
  },
});
