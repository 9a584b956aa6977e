import { luLinear } from "../bijectors/lu-linear.ts";
import type { Flow } from "../core/distribution.ts";
import { rationalQuadraticSpline } from "../transformers/rational-quadratic-spline.ts";
import { type AutoregressiveFlowOptions, autoregressiveFlow } from "./autoregressive-flow.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

/** The splines of a neural spline flow. */
export interface SplineOptions {
  /** Bins of each spline; default 8. */
  bins?: number | undefined;
  /** Splines bend on [-bound, bound] of standardised data; default 5 (the paper: 3). */
  bound?: number | undefined;
}

const splineNames = ["bins", "bound"];

export interface NsfOptions extends CouplingFlowOptions, SplineOptions {}

/**
 * Neural spline flow with coupling layers, RQ-NSF (C): learned LU linear maps and rational-quadratic spline
 * couplings in turn, with residual conditioners and unconditional splines on the dimensions that condition;
 * one more linear map at the end (Durkan et al. 2019, arXiv:1906.04032, section 4.1 and appendix B).
 *
 * Defaults: 5 layers, two residual blocks 64 wide, for one to some tens of dimensions on a CPU. The paper's:
 * `layers: 10, hidden: [256, 256]` for POWER and GAS, 20 layers of one block of 128 for HEPMASS and BSDS300,
 * 10 of one block of 32 with `bins: 4` for MINIBOONE, `dropout` from 0 to 0.2, `bound: 3`. Linear maps start
 * as the identity without the paper's fixed permutations: the halves change in turn. Both directions cost
 * one pass; a fresh flow is the identity.
 *
 * @throws DomainError for sizes that are not positive integers or a bound that is not positive.
 */
export function nsf(options: NsfOptions): Flow {
  const { features, layers = 5, residual = true, bins, bound } = options;
  const linear = () => luLinear({ shape: [features] });
  return couplingFlow({
    name: "nsf",
    options: { ...options, residual },
    own: splineNames,
    layers,
    transformer: rationalQuadraticSpline({ bins, bound }),
    unconditional: true,
    step: (layer) => [linear(), layer],
    last: () => [linear()],
  });
}

export interface NsfAutoregressiveOptions extends AutoregressiveFlowOptions, SplineOptions {}

/**
 * Neural spline flow with autoregressive layers, RQ-NSF (AR): as {@link nsf}, each layer's splines
 * conditioned on all dimensions before by a masked residual network (Durkan et al. 2019,
 * arXiv:1906.04032, section 4.1).
 *
 * Default: 5 layers. The density costs one pass; sampling one small step per dimension and layer.
 *
 * @throws DomainError as {@link nsf}.
 */
export function nsfAutoregressive(options: NsfAutoregressiveOptions): Flow {
  const { layers = 5, residual = true, between = "lu", bins, bound } = options;
  return autoregressiveFlow({
    name: "nsf-ar",
    options: { ...options, residual, between },
    own: splineNames,
    layers,
    transformer: rationalQuadraticSpline({ bins, bound }),
  });
}
