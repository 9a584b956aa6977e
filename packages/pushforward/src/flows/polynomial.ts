import type { Flow } from "../core/distribution.ts";
import { type BernsteinOptions, bernstein } from "../transformers/bernstein.ts";
import { type SumOfSquaresOptions, sumOfSquares } from "../transformers/sum-of-squares.ts";
import { type AutoregressiveFlowOptions, autoregressiveFlow } from "./autoregressive-flow.ts";

export interface SumOfSquaresFlowOptions extends AutoregressiveFlowOptions {
  /** The polynomials of each scalar map. */
  polynomial?: SumOfSquaresOptions | undefined;
}

/**
 * Sum-of-squares polynomial flow (Jaini et al. 2019, arXiv:1905.02325): autoregressive layers whose scalar maps
 * are integrals of sums of squared polynomials.
 *
 * Default: 3 layers. The density costs one pass, sampling one bracketed equation per dimension and layer.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function sumOfSquaresFlow(options: SumOfSquaresFlowOptions): Flow {
  const { layers = 3, polynomial } = options;
  const transformer = sumOfSquares(polynomial);
  return autoregressiveFlow({ name: "sos", options, own: ["polynomial"], layers, transformer });
}

export interface BernsteinFlowOptions extends AutoregressiveFlowOptions {
  /** The polynomial of each scalar map. */
  polynomial?: BernsteinOptions | undefined;
}

/**
 * Bernstein polynomial flow (Sick et al. 2021, arXiv:2004.00464; Ramasinghe et al. 2021, arXiv:2102.03509):
 * autoregressive layers whose scalar maps are increasing Bernstein polynomials.
 *
 * Default: 3 layers. The density costs one pass, sampling one bracketed equation per dimension and layer.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function bernsteinFlow(options: BernsteinFlowOptions): Flow {
  const { layers = 3, polynomial } = options;
  return autoregressiveFlow({
    name: "bernstein",
    options,
    own: ["polynomial"],
    layers,
    transformer: bernstein(polynomial),
  });
}
