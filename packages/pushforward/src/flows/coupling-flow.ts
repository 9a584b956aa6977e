import { chain } from "../bijectors/chain.ts";
import { coupling } from "../bijectors/coupling.ts";
import { invert } from "../bijectors/invert.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { Network } from "../core/network.ts";
import type { Transformer } from "../core/transformer.ts";
import { normal } from "../distributions/normal.ts";
import { transformed } from "../distributions/transformed.ts";
import { type Activation, mlp } from "../networks/mlp.ts";

/** What the builders of coupling flows have in common. */
export interface CouplingFlowOptions {
  /** Number of dimensions d of an event. */
  features: number;
  /** Number of dimensions of the context; default 0: unconditional. */
  context?: number | undefined;
  /** Number of coupling layers. */
  layers?: number | undefined;
  /** Widths of the conditioners' hidden layers; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** Activation of the conditioners; default `"silu"`: densities without the creases of ReLU. */
  activation?: Activation | undefined;
}

/** The parts that differ between coupling flows. */
interface CouplingFlowParts {
  name: string;
  options: CouplingFlowOptions;
  layers: number;
  transformer: Transformer;
  /** The bijectors of one step around its coupling layer, from data to base. */
  step(couplingLayer: Bijector, index: number): Bijector[];
  /** What comes after the last step, on the base side. */
  last?(): Bijector[];
}

/** Compose coupling layers into a flow that is trained in the direction in which they are cheap. */
export function couplingFlow(parts: CouplingFlowParts): Flow {
  const { name, options, layers, transformer, step, last } = parts;
  const { features, context = 0, hidden, activation = "silu" } = options;
  checkCount(name, "features", features, 1);
  checkCount(name, "layers", layers, 1);
  checkCount(name, "context", context, 0);
  const conditioner: Network = mlp({ hidden, activation });
  const dataToBase = Array.from({ length: layers }, (_, index) =>
    step(
      coupling({
        shape: [features],
        transformer,
        conditioner,
        mask: alternatingHalves(features, index),
        condShape: context > 0 ? [context] : null,
      }),
      index,
    ),
  ).flat();
  return transformed({
    base: normal({ shape: [features] }),
    bijector: invert({ bijector: chain({ bijectors: [...dataToBase, ...(last?.() ?? [])] }) }),
    name,
  });
}

/** The first half stays in even layers, the second in odd ones; in one dimension nothing can. */
function alternatingHalves(features: number, index: number): boolean[] {
  if (features === 1) return [false];
  const half = Math.floor(features / 2);
  return Array.from({ length: features }, (_, i) => i < half === (index % 2 === 0));
}

function checkCount(who: string, what: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new DomainError(`${who}: ${what} must be an integer >= ${least}, got ${value}.`);
  }
}
