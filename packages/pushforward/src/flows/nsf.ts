import { luLinear } from "../bijectors/lu-linear.ts";
import type { Flow } from "../core/distribution.ts";
import { rationalQuadraticSpline } from "../transformers/rational-quadratic-spline.ts";
import { type CouplingFlowOptions, couplingFlow } from "./coupling-flow.ts";

export interface NsfOptions extends CouplingFlowOptions {
  /** Bins of each spline; default 8. */
  bins?: number | undefined;
  /** Splines bend on [-bound, bound] of standardised data; default 5. */
  bound?: number | undefined;
}

/**
 * Neural spline flow with coupling layers, RQ-NSF (C): rational-quadratic spline couplings and
 * learned LU linear maps in turn, one more linear map at the end (Durkan et al. 2019,
 * arXiv:1906.04032).
 *
 * Default: 5 layers. Both directions cost one pass; a fresh flow is the identity.
 *
 * @throws DomainError for sizes that are not positive integers or a bound that is not positive.
 */
export function nsf(options: NsfOptions): Flow {
  const { features, layers = 5, bins, bound } = options;
  const linear = () => luLinear({ shape: [features] });
  return couplingFlow({
    name: "nsf",
    options,
    layers,
    transformer: rationalQuadraticSpline({ bins, bound }),
    step: (layer) => [linear(), layer],
    last: () => [linear()],
  });
}
