import { actNorm } from "../bijectors/act-norm.ts";
import { residual } from "../bijectors/residual.ts";
import type { ResidualLogDet } from "../bijectors/residual-log-det.ts";
import type { Flow } from "../core/distribution.ts";
import { lipschitzMlp } from "../networks/lipschitz-mlp.ts";
import type { LipschitzNetworkOptions } from "../networks/lipschitz-network.ts";
import { type FlowOptions, flowFromData, layerNames, repeat, shapesOf } from "./flow-options.ts";

export interface ResidualFlowOptions extends FlowOptions, LipschitzNetworkOptions {
  /** How log-determinants are computed, see {@link residual}; default exact up to 8 dimensions, else by roulette. */
  logDet?: ResidualLogDet | undefined;
}

/**
 * Residual flow: layers `y = x + g(x)` whose g is any network that is a contraction, so that nothing divides the
 * dimensions (Behrmann et al. 2019, arXiv:1811.00995; Chen et al. 2019, arXiv:1906.02735), with activation
 * normalisation before each, as there.
 *
 * Default: 8 layers with hidden layers of 64, 64. Densities cost one pass and the log-determinants; sampling is a
 * fixed-point iteration in each layer.
 *
 * @throws DomainError for sizes that are not positive integers, or a coefficient outside (0, 1).
 */
export function residualFlow(options: ResidualFlowOptions): Flow {
  const networkNames = ["hidden", "coefficient", "iterations"] as const;
  const own = [...layerNames, ...networkNames, "logDet"];
  const { shape, condShape } = shapesOf("residual", options, own);
  const { hidden, coefficient, iterations, logDet } = options;
  const network = lipschitzMlp({ hidden, coefficient, iterations });
  const layer = () => [actNorm({ shape }), residual({ shape, condShape, network, logDet })];
  return flowFromData("residual", options, repeat("residual", options.layers ?? 8, layer));
}
