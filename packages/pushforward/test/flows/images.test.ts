import { expect, test } from "vitest";
import { actNorm, affine, multiScale } from "../../src/bijectors/index.ts";
import { layersOf } from "../../src/core/bijector.ts";
import type { Flow } from "../../src/core/distribution.ts";
import type { Json } from "../../src/core/spec.ts";
import { normal } from "../../src/distributions/index.ts";
import { type NDArray, np, random, ready } from "../../src/engine/index.ts";
import {
  imageFlowPlusPlus,
  imageFlows,
  imageGlow,
  imageNice,
  imageRealNVP,
} from "../../src/flows/index.ts";

/** Options of all parts of a kind, in the order of the spec: nearest to the base first. */
function partsOf(flow: Flow, kind: string): { shape: number[]; mask: string; flip: boolean }[] {
  const found: { shape: number[]; mask: string; flip: boolean }[] = [];
  JSON.parse(JSON.stringify(flow.spec), (_, value: Json) => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      if (value.bijector === kind) found.push(value.options as never);
    }
    return value;
  });
  return found;
}

/** How many latents each scale has. */
function countScales(flow: Flow): number[] {
  const counts: number[] = [];
  for (const scale of flow.flow.bijector.scales ?? []) counts[scale] = (counts[scale] ?? 0) + 1;
  return counts;
}

test("RealNVP has three levels of checkerboards, squeeze and channels on 32 by 32 images", () => {
  const flow = imageRealNVP({ shape: [3, 32, 32] });
  const shapes = partsOf(flow, "imageCoupling").map(({ shape, mask }) => `${mask} ${shape}`);
  const times = (count: number, text: string) => new Array<string>(count).fill(text);
  // Nested: the coarsest level is inside, next to the base.
  expect(shapes.toSorted()).toEqual(
    [
      ...times(3, "checkerboard 3,32,32"),
      ...times(3, "channels 12,16,16"),
      ...times(3, "checkerboard 6,16,16"),
      ...times(3, "channels 24,8,8"),
      ...times(3, "checkerboard 12,8,8"),
      ...times(3, "channels 48,4,4"),
    ].toSorted(),
  );
  expect(countScales(flow)).toEqual([6 * 16 * 16, 12 * 8 * 8, 48 * 4 * 4]);
  expect(flow.shape).toEqual([3, 32, 32]);
});

test("in RealNVP each coupling changes what the one before it kept", () => {
  const flips = partsOf(imageRealNVP({ shape: [1, 4, 4], levels: 1 }), "imageCoupling").map(
    ({ flip }) => flip,
  );
  expect(flips).toEqual([false, true, false, false, true, false]);
});

test("Glow has K steps in each of L levels, and a prior after each but the last", () => {
  const flow = imageGlow({ shape: [3, 32, 32], levels: 3, steps: 2, hidden: [4] });
  expect(partsOf(flow, "luLinear").map(({ shape }) => shape[0])).toEqual([48, 48, 24, 24, 12, 12]);
  const couplings = partsOf(flow, "imageCoupling").map(({ shape }) => `${shape}`);
  const count = (shape: string) => couplings.filter((each) => each === shape).length;
  expect([count("12,16,16"), count("24,8,8"), count("48,4,4")]).toEqual([3, 3, 2]);
  expect(countScales(flow)).toEqual([1536, 768, 768]);
});

test("levels are three, or as many as the image can be halved", () => {
  expect(countScales(imageGlow({ shape: [1, 28, 28], hidden: [4] })).length).toBe(2);
  expect(countScales(imageGlow({ shape: [1, 8, 8], hidden: [4] })).length).toBe(3);
  expect(countScales(imageGlow({ shape: [1, 6, 6], hidden: [4] }))).toEqual([]);
});

test.each([
  [imageGlow, { shape: [1, 28, 28], levels: 3 }, /multiples of 8.*32 by 32.*at most 2 levels/],
  [imageGlow, { shape: [1, 27, 28] }, /multiples of 2.*28 by 28.*even sizes/],
  [imageRealNVP, { shape: [1, 6, 5] }, /multiples of 2.*6 by 6/],
  [imageFlowPlusPlus, { shape: [3, 7, 7] }, /flow\+\+.*multiples of 2.*8 by 8/],
  [imageGlow, { shape: [28, 28] }, /\[channels, height, width\].*\[28, 28\]/],
  [imageNice, { shape: [784] }, /\[channels, height, width\]/],
  [imageGlow, { shape: [1, 4, 4], bits: 0 }, /bits/],
  [imageGlow, { shape: [1, 4, 4], bits: 16 }, /bits/],
  [imageGlow, { shape: [1, 4, 4], alpha: 0.5 }, /alpha/],
  [imageGlow, { shape: [1, 4, 4], coupling: "spline" }, /"affine" or "additive".*"spline"/],
  [imageGlow, { shape: [1, 4, 4], factors: "qr" }, /"lu" or "none".*"qr"/],
  [imageGlow, { shape: [1, 4, 4], layers: 3 }, /no option "layers"/],
  [imageGlow, { shape: [1, 4, 4], dequantization: "none" }, /"uniform" or "variational"/],
  [imageFlowPlusPlus, { shape: [1, 4, 4], couplings: [1] }, /three numbers/],
  [imageFlowPlusPlus, { shape: [1, 4, 4], couplings: [1, 0, 1] }, /couplings must be a positive/],
  [imageGlow, { shape: [1, 4, 4], steps: 0 }, /steps must be a positive integer/],
  [imageGlow, { shape: [1, 4, 4], alpha: 1e-8 }, /alpha must lie between 3e-7 and 1\/2/],
])("%o refuses %o", (build, options, message) => {
  expect(() => build(options as never)).toThrow(message);
});

test("the catalog's flows build, with the sizes that they say", () => {
  for (const [name, { build, defaults }] of Object.entries(imageFlows)) {
    const flow = build({ shape: [1, 8, 8], ...(defaults.hidden && { hidden: [4, 4] }) });
    expect(flow.flow?.name).toBe(name);
    expect(flow.flow?.bijector.integers).toEqual({ low: 0, high: 255 });
    for (const size of ["levels", "layers", "hidden"] as const) {
      const odd = { shape: [1, 8, 8], [size]: size === "hidden" ? [4, 4] : 1 };
      const attempt = () => build(odd);
      if (defaults[size] === undefined) expect(attempt, `${name} ${size}`).toThrow(/no option/);
      else attempt();
    }
    expect(build({ shape: [1, 8, 8], ...defaults }).spec).toEqual(build({ shape: [1, 8, 8] }).spec);
  }
});

test("residual networks want equal widths", () => {
  expect(() => imageFlows.realnvp.build({ shape: [1, 4, 4], hidden: [4, 8] })).toThrow(
    /one width.*\[4,8\]/,
  );
});

test("a flow takes another base, and variational dequantisation is its last layer", () => {
  const shape = [1, 4, 4];
  const base = normal({ shape, covariance: "diagonal" });
  const flow = imageGlow({ shape, base, hidden: [4], steps: 1, dequantization: "variational" });
  expect(flow.flow.base).toBe(base);
  expect(layersOf(flow.flow.bijector).at(-1)?.name).toBe("variationalDequantization");
});

test("scales name the places whose latents come from that level", async () => {
  await ready();
  // The coarse level doubles what it gets, and all else stays as it is.
  const doubling = affine({ shape: [8, 1, 1] });
  const bijector = multiScale({
    levels: [{ squeezed: actNorm({ shape: [4, 2, 2] }) }, { squeezed: doubling }],
  });
  const params = bijector.init(random.key(0)) as { logScale: NDArray; shift: NDArray }[][];
  const coarse = layersOf(bijector).findIndex(({ name }) => name === "affine");
  const path = layersOf(bijector)[coarse]?.path.split(".") ?? [];
  const own = path.reduce((node, key) => (node as never)[key], params as unknown) as {
    logScale: NDArray;
  };
  own.logScale = own.logScale.add(Math.LN2);
  const [y, logDet] = bijector.forwardAndLogDet(params, np.ones([1, 1, 4, 4]));
  logDet.dispose();
  const doubled = [...(await y.data())].map((value) => Math.round(value) - 1);
  expect(doubled.filter((value) => value === 1).length).toBe(8);
  expect(bijector.scales).toEqual(doubled);
});
