import { actNorm } from "../bijectors/act-norm.ts";
import { reshaped } from "../bijectors/reshaped.ts";
import type { Flow } from "../core/distribution.ts";
import { sizeOf } from "../core/shape.ts";
import { logistic } from "../distributions/logistic.ts";
import { additive } from "../transformers/additive.ts";
import { couplingFlow } from "./coupling-flow.ts";
import { type ImageFlowOptions, imageFlow, imageShapesOf } from "./image-flow.ts";

export interface ImageNiceOptions extends ImageFlowOptions {
  /** Couplings; default 4. */
  layers?: number | undefined;
  /** Hidden layers of each coupling's network; default five of 1000, the paper's for MNIST. */
  hidden?: readonly number[] | undefined;
}

/**
 * NICE as it was fitted to MNIST: the image as one vector, additive couplings on even and odd numbers in turn
 * with wide ReLU networks, a diagonal scaling, and a logistic base (Dinh et al. 2015, arXiv:1410.8516, section 5.1).
 * The scaling, and a shift that the couplings' biases would find in time, start from the data.
 *
 * Defaults: logit of the pixels, uniform dequantisation. The paper has pixels between 0 and 1, where a black border is
 * a spike beside which nothing else can be learned at the same rate. Both directions cost one pass.
 *
 * @throws ShapeError, DomainError for options that make no sense.
 */
export function imageNice(options: ImageNiceOptions): Flow {
  const { shape } = imageShapesOf("nice", options, ["layers", "hidden"]);
  const { hidden = [1000, 1000, 1000, 1000, 1000] } = options;
  const { base = logistic({ shape }), context, layers = 4 } = options;
  const features = sizeOf(shape);
  const { flow } = couplingFlow({
    name: "nice",
    options: { features, context, hidden, activation: "relu", partition: "alternating" },
    layers,
    transformer: additive(),
    step: (layer) => [layer],
    last: () => [actNorm({ shape: [features] })],
  });
  return imageFlow("nice", { ...options, base }, reshaped({ shape, bijector: flow.bijector }));
}
