import { DataError, fit } from "pushforward";
import { chain, coupling, invert } from "pushforward/bijectors";
import { transformed, uniform } from "pushforward/distributions";
import { mlp } from "pushforward/networks";
import { rationalQuadraticSpline } from "pushforward/transformers";
import { expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";

const wrap = (angle: number) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

/** A flow on d angles, as docs/guide.md has it for two. */
function circles(d: number) {
  const shape = [d];
  const masks = d === 1 ? [undefined] : [0, 1].map((kept) => maskOf(d, kept));
  const layers = masks.map((mask) =>
    coupling({
      shape,
      ...(mask && { mask, unconditional: true }),
      transformer: rationalQuadraticSpline({ tails: "circular" }),
      conditioner: mlp({ hidden: [16] }),
    }),
  );
  return transformed({
    base: uniform({ shape, low: -Math.PI, high: Math.PI }),
    bijector: invert({ bijector: chain({ bijectors: layers }) }),
  });
}

const maskOf = (d: number, kept: number) => Array.from({ length: d }, (_, i) => i === kept);

/** Angles around pi: half of them on either side of where the numbers jump. */
function angles(d: number) {
  const source = hostRandom(5);
  return Array.from({ length: 600 }, () =>
    Array.from({ length: d }, () => wrap(Math.PI + 0.5 * source.normal())),
  );
}

test.each([1, 2])("%d angles: the density integrates to 1 over one turn", async (d) => {
  const model = await fit(circles(d), angles(d), { steps: 300, learningRate: 0.03 });
  const { items, ok } = await model.check();
  expect(items.filter((item) => !item.ok)).toEqual([]);
  expect(ok).toBe(true);
  const { data } = await model.sample(1000);
  expect(data.every((value) => Math.abs(value) <= Math.fround(Math.PI))).toBe(true);
  // A normal of deviation 0.5 round the circle: log(1 / (0.5 sqrt(2 pi e))) = -0.726 for each angle.
  expect((await model.evaluate(angles(d))).logProb).toBeGreaterThan(-0.85 * d);
});

test("angles off the circle are refused, those at its ends are not", async () => {
  const outside = [...angles(1), [3.5]];
  const error = await rejection(fit(circles(1), outside, { steps: 1 }));
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toMatch(
    /^fit: circular data must lie on their circle, here from -3\.14\d* to 3\.14\d*; row 600, column 0 is 3\.5\. Wrap them/,
  );
  const model = await fit(circles(1), angles(1), { steps: 1, columns: ["bearing"] });
  expect((await rejection(model.logProb([[-10]]))).message).toMatch(
    /^logProb: circular data .*; row 0, column "bearing" is -10\./,
  );
  const [low, high] = await model.logProb([[-Math.PI], [Math.fround(Math.PI)]]);
  expect(low).toBeCloseTo(high as number, 3);
});
