import { DomainError, flows } from "pushforward";
import { normal } from "pushforward/distributions";
import { additive } from "pushforward/transformers";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/distribution.ts";
import * as f from "../../src/flows/index.ts";

describe.each(Object.entries(flows))("%s", (name, { build, defaults }) => {
  test.each([undefined, 0, -2, 1.5, Number.NaN])("refuses %d features in its name", (features) => {
    const bad = () => build({ features } as never);
    expect(bad).toThrow(DomainError);
    expect(bad).toThrow(`${name}: features must be a positive integer, got ${features}`);
  });

  test("refuses an option that there is not", () => {
    const bad = () => build({ features: 2, layer: 3 } as never);
    expect(bad).toThrow(`${name}: there is no option "layer". There are: features, context, `);
  });

  test("an option that is undefined has its default", () => {
    const options = {
      features: 2,
      context: undefined,
      layers: undefined,
      hidden: undefined,
      activation: undefined,
      bins: undefined,
      bound: undefined,
    };
    expect(build(options).spec).toEqual(build({ features: 2 }).spec);
  });

  test("the sizes listed as defaults are its defaults", () => {
    const { hidden, ...sizes } = defaults;
    const listed = { features: 2, ...sizes, ...(hidden && { hidden: [...hidden] }) };
    expect(build(listed).spec).toEqual(build({ features: 2 }).spec);
    for (const [name, value] of Object.entries(changed(listed))) {
      expect(build({ ...listed, [name]: value }).spec, name).not.toEqual(build(listed).spec);
    }
  });
});

/** Other sizes than those given. */
function changed({ layers, hidden, bins }: { layers?: number; hidden?: number[]; bins?: number }) {
  return {
    ...(layers && { layers: layers + 1 }),
    ...(hidden && { hidden: [7] }),
    ...(bins && { bins: bins + 1 }),
  };
}

/** A builder with all of its options: one that is missing does not compile. */
function withAll<O>(
  build: (options: O) => Distribution,
  options: Required<Omit<O, "features">>,
): [name: string, () => Distribution] {
  return [build.name, () => build({ features: 2, ...options } as O)];
}

describe("takes each of its options", () => {
  const networks = { hidden: [8, 8], residual: false, dropout: 0, activation: "relu" } as const;
  const base = normal({ shape: [2] });
  const layered = { context: 1, layers: 2, base };
  const coupled = { ...layered, ...networks, partition: "random", seed: 1 } as const;
  const ordered = { ...layered, ...networks, between: "lu", seed: 1 } as const;
  const splines = { bins: 4, bound: 3 };
  const velocity = {
    hidden: [8],
    activation: "softplus",
    frequencies: [1, 2],
    dynamics: "concat",
    time: 2,
    solver: { method: "rk4", steps: 3 },
  } as const;
  const single = { context: 1, ...networks };
  const all = [
    withAll(f.nsf, { ...coupled, ...splines }),
    withAll(f.nsfAutoregressive, { ...ordered, ...splines }),
    withAll(f.maf, { ...ordered, transformer: additive() }),
    withAll(f.iaf, { ...ordered, transformer: additive() }),
    withAll(f.made, { ...single, components: 2, orders: 2, degrees: "random", seed: 1 }),
    withAll(f.naf, { ...ordered, units: 3 }),
    withAll(f.ffjord, {
      ...layered,
      ...velocity,
      trace: "gaussian",
      kineticEnergy: 0.1,
      jacobianNorm: 0.1,
      gradients: "adjoint",
    }),
    withAll(f.flowMatching, {
      ...{ context: 1, base, ...velocity },
      ...{ coupling: "independent", deviation: 0.1 },
    }),
    withAll(f.bnaf, { ...layered, blockSize: 3, hiddenLayers: 1 }),
    withAll(f.umnn, { ...ordered, integrand: { hidden: 2, nodes: 4, bound: 3 } }),
    withAll(f.sumOfSquaresFlow, {
      ...ordered,
      polynomial: { degree: 2, polynomials: 2, bound: 3 },
    }),
    withAll(f.bernsteinFlow, { ...ordered, polynomial: { degree: 2, bound: 3 } }),
    withAll(f.realNVP, coupled),
    withAll(f.glow, coupled),
    withAll(f.nice, coupled),
    withAll(f.flowPlusPlus, { ...coupled, components: 2 }),
    withAll(f.gaussianization, { ...layered, ...networks, components: 2 }),
    withAll(f.planarFlow, { ...layered, ...networks }),
    withAll(f.radialFlow, { ...layered, context: 0 }),
    withAll(f.sylvesterFlow, { ...layered, context: 0, variant: "householder", units: 1 }),
    withAll(f.residualFlow, {
      ...layered,
      hidden: [4],
      coefficient: 0.9,
      iterations: 3,
      logDet: "exact",
    }),
    withAll(f.cdfFlow, { ...single, onto: "beta", components: 2, kernel: "normal" }),
    withAll(f.linearFlow, { context: 0, base, matrix: "qr" }),
  ];

  test("every builder is here", () => {
    const builders = Object.values(flows).map(({ build }) => build.name);
    expect(all.map(([name]) => name).sort()).toEqual(builders.sort());
  });

  test.each(all)("%s", (_, build) => {
    expect(build().shape).toEqual([2]);
  });
});

test("made and cdf have neither layers nor another base", () => {
  for (const { build } of [flows.made, flows.cdf]) {
    for (const option of [{ layers: 2 }, { base: normal({ shape: [2] }) }]) {
      expect(() => build({ features: 2, ...option })).toThrow("there is no option");
    }
  }
});

test("flowMatching has one layer", () => {
  const build = () => f.flowMatching({ features: 2, layers: 2 } as never);
  expect(build).toThrow('flow-matching: there is no option "layers"');
});
