import { DomainError, imageFlows, ShapeError } from "pushforward";
import { expect, test } from "vitest";
import { buildImageFlow, imageTraining } from "../../src/commands/image-fit-settings.ts";

const imagesOf = (height: number, width: number, classes?: string[]) => ({
  data: new Uint8Array(3 * height * width),
  shape: [3, 1, height, width] as const,
  labels: classes && { values: Int32Array.of(0, 1, 1), classes },
});
const small = { seed: 0, layers: 1, hidden: [4] };

test("the default is glow for the shape and the bits of the images", () => {
  const flow = buildImageFlow(imagesOf(4, 8), 5, small);
  const same = imageFlows.glow.build({ shape: [1, 4, 8], bits: 5, layers: 1, hidden: [4] });
  expect(flow.spec).toEqual(same.spec);
  expect(flow.condShape).toBeNull();
});

test("small sets of images get a smaller flow, and what is given counts", () => {
  const flow = buildImageFlow(imagesOf(4, 8), 8, { seed: 0, layers: 1 });
  const same = imageFlows.glow.build({ shape: [1, 4, 8], layers: 1, hidden: [32, 32] });
  expect(flow.spec).toEqual(same.spec);
  const residual = buildImageFlow(imagesOf(4, 8), 8, { seed: 0, flow: "realnvp" });
  expect(JSON.stringify(residual.spec)).toContain('"width":32,"blocks":2');
  const data = new Uint8Array(1000 * 32);
  const many = { data, shape: [1000, 1, 4, 8] as const };
  const full = imageFlows.glow.build({ shape: [1, 4, 8] });
  expect(buildImageFlow(many, 8, { seed: 0 }).spec).toEqual(full.spec);
});

test("classes are a context, and options reach the flow", () => {
  const options = { ...small, flow: "glow", levels: 1, dequantization: "variational" } as const;
  const flow = buildImageFlow(imagesOf(4, 8, ["a", "b"]), 8, options);
  expect(flow.condShape).toEqual([2]);
  expect(JSON.stringify(flow.spec)).toContain("variationalDequantization");
});

test("flows of tables and sizes without a use are refused", () => {
  const build = (options: object) => () =>
    buildImageFlow(imagesOf(4, 8), 8, { seed: 0, ...options });
  expect(build({ flow: "nsf" })).toThrow(DomainError);
  expect(build({ flow: "nsf" })).toThrow(/nsf is for tables; for images take one of glow, realnvp/);
  expect(build({ bins: 4 })).toThrow(/^--bins: the flow glow has no use for it; it takes --levels/);
  expect(build({ flow: "nice", levels: 2 })).toThrow(/^--levels: the flow nice/);
});

test("sizes that work are named for images that cannot be halved", () => {
  const build = () => buildImageFlow(imagesOf(7, 9), 8, small);
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(/8 by 10/);
});

test("training has defaults for images, and what is given counts", () => {
  const [train, validation] = [imagesOf(4, 4, ["a", "b"]), imagesOf(4, 4, ["a", "b"])];
  const split = { train, validation, test: train };
  const usual = imageTraining(split, { seed: 3 });
  expect(usual).toMatchObject({ optimizer: "adamw", seed: 3, weightDecay: 3, learningRate: 1e-3 });
  expect(usual).toMatchObject({ validation, contextNames: ["a", "b"] });
  expect(usual.context).toEqual({ data: Float32Array.of(1, 0, 0, 1, 0, 1), shape: [3, 2] });
  expect(usual).not.toHaveProperty("flips");
  const given = imageTraining(split, { seed: 3, steps: 5, batchSize: 8, flips: true });
  expect(given).toMatchObject({ batchSize: 8, steps: 5, flips: true });
  const many = { ...train, shape: [1000, 1, 4, 4] as const };
  expect(imageTraining({ ...split, train: many }, { seed: 3 })).not.toHaveProperty("weightDecay");
});
