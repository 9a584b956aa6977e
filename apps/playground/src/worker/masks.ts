import { realNVP } from "pushforward";
import { maskedAutoregressive, randomPermutation, reverse } from "pushforward/bijectors";
import { layersOf, type NetworkMasks, type Spec } from "pushforward/core";
import { maskedMlp } from "pushforward/networks";
import { affine } from "pushforward/transformers";

export interface CouplingTask {
  readonly dimensions: number;
  readonly layers: number;
  readonly partition: "halves" | "alternating" | "random";
  /** Of random partitions. */
  readonly seed: number;
}

/** What the coupling layers of a flow do, from the data to the base. */
export interface CouplingMasks {
  /** `[l][i]`: whether layer l keeps dimension i as it is. */
  readonly kept: readonly (readonly boolean[])[];
  /** `[l][i][j]`: whether dimension i after layer l depends on dimension j before it. */
  readonly connections: readonly (readonly (readonly boolean[])[])[];
}

export interface MadeTask {
  readonly dimensions: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly degrees: "sequential" | "random";
  readonly order: "natural" | "reversed" | "random";
  /** Of random degrees and a random order. */
  readonly seed: number;
}

export interface MadeMasks extends NetworkMasks {
  /** The dimensions in their order. */
  readonly order: readonly number[];
}

/** What the page asks of flows' masks: the library builds the flow, and tells. */
export function createMasks() {
  return {
    couplingMasks({ dimensions, layers, partition, seed }: CouplingTask): CouplingMasks {
      const flow = realNVP({ features: dimensions, layers, partition, seed });
      const kept = layersOf(flow.flow.bijector)
        .toReversed()
        .filter(({ name }) => name === "coupling")
        .map(({ bijector }) => directSpec(bijector.spec).options.mask as boolean[]);
      return { kept, connections: kept.map(connectionsOf) };
    },
    madeMasks({ dimensions, hidden, degrees, order, seed }: MadeTask): MadeMasks {
      const conditioner = maskedMlp({ hidden, degrees, seed });
      const transformer = affine();
      const layer = maskedAutoregressive({
        shape: [dimensions],
        transformer,
        conditioner,
        order: orderOf(order, dimensions, seed),
      });
      const own = layer.spec.options.order as number[];
      const sizes = { features: dimensions, context: 0, parameters: transformer.parameterCount };
      const masks = conditioner.masks?.(sizes, own);
      if (!masks) throw new Error("This version of the library does not tell a network's masks.");
      return { ...masks, order: own };
    },
  };
}

/** The order as a permutation of the library; undefined: its default. */
function orderOf(order: MadeTask["order"], features: number, seed: number): number[] | undefined {
  if (order === "natural") return undefined;
  const permutation =
    order === "reversed" ? reverse({ features }) : randomPermutation({ features, seed });
  return permutation.spec.options.indices as number[];
}

/** What a spec is of, whatever direction it is read in. */
function directSpec(spec: Spec): Spec {
  return spec.bijector === "invert" ? directSpec(spec.options.bijector as Spec) : spec;
}

/** What is kept depends on itself; what changes, on itself and on all that is kept. */
function connectionsOf(kept: readonly boolean[]): boolean[][] {
  return kept.map((isKept, i) => kept.map((seen, j) => i === j || (!isKept && seen)));
}
