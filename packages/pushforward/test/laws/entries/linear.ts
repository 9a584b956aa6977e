import * as b from "../../../src/bijectors/index.ts";
import type { Bijector } from "../../../src/core/bijector.ts";
import { mlp } from "../../../src/networks/index.ts";
import type { BijectorLawOptions } from "../../../src/testing/index.ts";
import type { Entry } from "./entry.ts";

type Entries = Record<string, Entry<Bijector, BijectorLawOptions>>;

const oneDimension = {
  skip: {
    "parameters have an effect":
      "the only rotation of a line is the identity, and a 1 x 1 matrix has nothing off the diagonal",
  },
};

/** A layer for d = 1, 2 and 5, or others. */
function sizes(
  name: string,
  build: (shape: readonly number[]) => Bijector,
  options: { [d: number]: BijectorLawOptions } = { 1: oneDimension },
  dimensions: readonly number[] = [1, 2, 5],
): Entries {
  return Object.fromEntries(
    dimensions.map((d) => [
      `${name}, d = ${d}`,
      { build: () => build([d]), ...(options[d] && { options: options[d] }) },
    ]),
  );
}

/** Both directions of a layer: it trains by maximum likelihood in the one called `forward`. */
function bothWays(...[name, build, ...rest]: Parameters<typeof sizes>): Entries {
  return {
    ...sizes(name, build, ...rest),
    ...sizes(`invert of ${name}`, (shape) => b.invert({ bijector: build(shape) }), ...rest),
  };
}

/** Root searches one after the other make the laws slow: few sizes. */
function sylvesters(variant: "householder" | "orthogonal" | "triangular"): Entries {
  const build = (shape: readonly number[]) => b.sylvester({ shape, variant });
  return bothWays(`sylvester, ${variant}`, build, undefined, [2]);
}

const conditioner = mlp({ hidden: [8], activation: "silu" });
const contexts = { condShape: [2], conditioner };

export const bijectors: Entries = {
  ...sizes("triangularLinear", (shape) => b.triangularLinear({ shape })),
  ...sizes("householder", (shape) => b.householder({ shape })),
  "householder, 3 reflections": { build: () => b.householder({ shape: [4], reflections: 3 }) },
  ...sizes("qrLinear", (shape) => b.qrLinear({ shape })),
  "qrLinear, 1 reflection": { build: () => b.qrLinear({ shape: [3], reflections: 1 }) },
  ...sizes("lowRankLinear", (shape) => b.lowRankLinear({ shape })),
  "lowRankLinear, rank 2": { build: () => b.lowRankLinear({ shape: [5], rank: 2 }) },
  "luLinear, permutation": {
    build: () => b.luLinear({ shape: [4], permutation: [2, 0, 3, 1] }),
  },
  randomPermutation: { build: () => b.randomPermutation({ features: 5, seed: 3 }) },
  ...bothWays("planar", (shape) => b.planar({ shape }), {}),
  ...bothWays("planar, conditional", (shape) => b.planar({ shape, ...contexts }), {}),
  ...bothWays("radial", (shape) => b.radial({ shape }), {}),
  ...sylvesters("householder"),
  ...sylvesters("orthogonal"),
  ...sylvesters("triangular"),
  ...sizes("sylvester", (shape) => b.sylvester({ shape }), undefined, [1]),
  "sylvester, householder, 3 units": {
    build: () => b.sylvester({ shape: [5], variant: "householder", units: 3 }),
  },
  "sylvester, orthogonal, 3 units": {
    build: () => b.sylvester({ shape: [5], variant: "orthogonal", units: 3 }),
  },
};
