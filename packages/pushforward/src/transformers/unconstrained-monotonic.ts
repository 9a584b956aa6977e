import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np } from "../engine/index.ts";
import { gaussLegendre } from "../numerics/gauss-legendre.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { gate, softclip } from "../numerics/stable.ts";
import { withTangentTails } from "./tangent-tails.ts";

export interface UnconstrainedMonotonicOptions {
  /** Hidden units H of the integrand; default 8. */
  hidden?: number;
  /** Nodes of the Gauss-Legendre rule between 0 and x; default 16. */
  nodes?: number;
  /** The slope changes on [-bound, bound], in the units of the input; default 5. */
  bound?: number;
}

/** Slopes lie in (1 / RANGE, RANGE). */
const RANGE = 1e3;

/** Steepness of the units at zero parameters, per `bound`, and the factor by which it can change. */
const STEEPNESS = 4;
const STEEPNESS_RANGE = 3;

/** Output weights lie in (-LARGEST_WEIGHT, LARGEST_WEIGHT), offsets likewise. */
const LARGEST_WEIGHT = 5;
const LARGEST_OFFSET = 20;

/**
 * An unconstrained monotonic neural network (Wehenkel and Louppe 2019, arXiv:1908.05164, eq. 1):
 * `y = c + integral_0^x g(t) dt`, where g is a positive network of one hidden layer whose weights are
 * the parameters:
 * `log g(t) = L tanh((e + sum_j v_j (sigmoid(w_j (t / bound - m_j) + b_j) - 1/2)) / L)`, `L = log 1000`,
 * with places `m_j` evenly over (-1, 1). Beyond [-bound, bound] the slope stays what it is there.
 *
 * Parameters, 2 + 3 H: `c`, `e`, H logits of `w` (in (4/3, 12); zero is 4), H of `b`
 * (in (-20, 20)), H of `v` (in (-5, 5)). Zeros are the identity, up to rounding, slopes are in (1e-3, 1e3).
 *
 * The log-derivative is `log g(x)`, that of the integral. The value, by quadrature, differs from the integral by
 * 3e-6 of the largest of 1, |x|, |y| for parameters of size 1, by 1e-5 of it for size 10, with 16 nodes.
 * Forward costs `nodes + 1` evaluations of g, the inverse, numeric, about 30 times as many.
 *
 * @throws DomainError when hidden or nodes are not whole numbers from 1 on, or the bound is not positive.
 */
export function unconstrainedMonotonic(options: UnconstrainedMonotonicOptions = {}): Transformer {
  checkOptionNames("unconstrainedMonotonic", options, ["hidden", "nodes", "bound"]);
  const { hidden = 8, nodes = 16, bound = 5 } = options;
  for (const [name, value] of Object.entries({ hidden, nodes })) {
    checkCount("unconstrainedMonotonic", name, value);
  }
  checkPositive("unconstrainedMonotonic", "bound", bound);
  const rule = gaussLegendre(nodes);
  const limit = Math.log(RANGE);

  /** Places in [0, x], as shares of it: the nodes, and x itself. */
  const places = () => hostMatrix(nodes + 1, 1, (row) => rule.nodes[row] ?? 1);
  const weights = () => hostMatrix(1, nodes, (_, column) => rule.weights[column] as number);

  return defineTransformer({
    kind: "unconstrainedMonotonic",
    parameterCount: 2 + 3 * hidden,
    options: { hidden, nodes, bound },
    cost: { forward: "parallel", inverse: "numeric" },
    interval: [-bound, bound],
    ...withTangentTails({
      bound,
      unpack(theta) {
        const ends = [1, 2, 2 + hidden, 2 + 2 * hidden];
        const [shift, level, steepness, offset, output] = np.split(theta, ends, 0) as Rows;
        const factor = np.exp(softclip(steepness, Math.log(STEEPNESS_RANGE))).mul(STEEPNESS);
        const middles = hostMatrix(hidden, 1, (unit) => (2 * unit + 1) / hidden - 1);
        const weight = softclip(output, LARGEST_WEIGHT);
        return {
          shift,
          level: level.sub(weight.ref.sum(0, { keepdims: true }).mul(0.5)),
          factor: factor.ref.div(bound),
          offset: softclip(offset, LARGEST_OFFSET).sub(factor.mul(middles)),
          weight,
        };
      },
      map({ shift, level, factor, offset, weight }, x) {
        const inputs = factor
          .mul(x.ref)
          .mul(places().reshape([nodes + 1, 1, 1]))
          .add(offset);
        // Bounded by 20 + 24, they need no sigmoid that is safe far out, and slower.
        const units = np.reciprocal(np.exp(inputs.neg()).add(1));
        const outputs = units.mul(weight).sum(1).add(level);
        const logSlopes = gate(outputs.mul(2 / limit))
          .mul(2 * limit)
          .sub(limit);
        const [between, slope] = np.split(np.exp(logSlopes), [nodes], 0) as [NDArray, NDArray];
        return [x.mul(np.dot(weights(), between)).add(shift), slope];
      },
    }),
  });
}

type Rows = [NDArray, NDArray, NDArray, NDArray, NDArray];
