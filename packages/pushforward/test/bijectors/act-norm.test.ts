import { beforeAll, describe, expect, test } from "vitest";
import {
  actNorm,
  affine,
  chain,
  fixedAffine,
  invert,
  luLinear,
} from "../../src/bijectors/index.ts";
import type { Bijector, Direction } from "../../src/core/bijector.ts";
import { downloadParameters, layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { random, ready, type Tree } from "../../src/engine/index.ts";
import { realNVP } from "../../src/flows/index.ts";
import { rebuild } from "../../src/io/rebuild.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { apply, upload } from "./host.ts";

beforeAll(() => ready());

/** Correlated columns far from the origin, of different scales. */
const rows = (() => {
  const source = hostRandom(4);
  return Array.from({ length: 500 }, () => {
    const a = source.normal();
    return [100 + 5 * a, -3 + 0.01 * (a + source.normal())];
  });
})();

function moments(values: readonly (readonly number[])[]) {
  return [0, 1].map((d) => {
    const column = values.map((row) => row[d]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
    return { mean, variance };
  });
}

/** Initialise on the rows, then send them through in the same direction. */
async function initialised(bijector: Bijector, direction: Direction) {
  const fresh = bijector.init(random.key(0)) as Tree;
  const params = bijector.initFromData!(fresh, upload(rows, [2]), undefined, direction);
  return (await apply(bijector, direction, params, rows)).y;
}

const shape = [2];
const parts: Record<string, Bijector> = {
  actNorm: actNorm({ shape }),
  "invert of actNorm": invert({ bijector: actNorm({ shape }) }),
  "invert twice": invert({ bijector: invert({ bijector: actNorm({ shape }) }) }),
};

describe.each(Object.entries(parts))("initFromData: %s", (_, bijector) => {
  test.each(["forward", "inverse"] as const)("%s: mean 0 and variance 1", async (direction) => {
    for (const { mean, variance } of moments(await initialised(bijector, direction))) {
      expect(Math.abs(mean)).toBeLessThan(1e-3);
      expect(Math.abs(variance - 1)).toBeLessThan(2e-3);
    }
  });
});

describe("initFromData: in a chain, each layer sees what those before it make of the data", () => {
  const maps = () => fixedAffine({ shift: [3, -1], scale: [-2, 0.5] });

  test("forward: the last layer is an actNorm", async () => {
    const bijector = chain({ bijectors: [actNorm({ shape }), maps(), actNorm({ shape })] });
    for (const { mean, variance } of moments(await initialised(bijector, "forward"))) {
      expect(Math.abs(mean)).toBeLessThan(1e-3);
      expect(Math.abs(variance - 1)).toBeLessThan(2e-3);
    }
  });

  test("inverse, nested and inverted: the first layer is an actNorm", async () => {
    const bijector = chain({
      bijectors: [
        invert({ bijector: chain({ bijectors: [actNorm({ shape }), maps()] }) }),
        maps(),
        actNorm({ shape }),
      ],
    });
    const params = bijector.initFromData!(
      bijector.init(random.key(0)),
      upload(rows, [2]),
      undefined,
      "inverse",
    );
    // What leaves the nested actNorm towards the base then goes through one more fixed map.
    const { y } = await apply(bijector, "inverse", params, rows);
    const [first, second] = moments(y);
    expect(first!.mean).toBeCloseTo(3, 3);
    expect(first!.variance).toBeCloseTo(4, 2);
    expect(second!.mean).toBeCloseTo(-1, 3);
    expect(second!.variance).toBeCloseTo(0.25, 3);
  });

  test("a chain of layers that need no data has no initFromData", () => {
    expect(
      chain({ bijectors: [affine({ shape }), luLinear({ shape })] }).initFromData,
    ).toBeUndefined();
  });
});

test("a constant column stays finite", async () => {
  const bijector: Bijector = actNorm({ shape: [1] });
  const constant = Array.from({ length: 8 }, () => [7]);
  const fresh = bijector.init(random.key(0)) as Tree;
  const params = bijector.initFromData!(fresh, upload(constant, [1]), undefined, "inverse");
  const { y, logDet } = await apply(bijector, "inverse", params, [[7], [7.5]]);
  expect([...y.flat(), ...logDet].every(Number.isFinite)).toBe(true);
});

test("its state survives a rebuild with saved parameters, and no call changes it (nflows #4)", async () => {
  // Naive: an `initialized` flag outside the saved state, so that the first batch after loading
  // initialises again. Here everything is in the parameters: another batch must not move them.
  const flow = realNVP({ features: 2, layers: 2, hidden: [4] });
  const { bijector } = flow.flow;
  const fresh = bijector.init(random.key(0)) as Tree;
  const params = bijector.initFromData!(fresh, upload(rows, [2]), undefined, "inverse");
  const layout = layoutOf(params);
  const saved = await downloadParameters(params);

  const again = rebuild(JSON.parse(JSON.stringify(flow.spec))).flow!.bijector;
  const other = rows.slice(0, 20).map((row) => row.map((value) => 1000 + 3 * value));
  const load = () => uploadParameters(layout, saved);
  const before = await apply(bijector, "inverse", load(), rows);
  await apply(again, "inverse", load(), other);
  const after = await apply(again, "inverse", load(), rows);
  expect(after).toEqual(before);
  for (const { mean, variance } of moments(before.y)) {
    expect(Math.abs(mean)).toBeLessThan(1e-2);
    expect(Math.abs(variance - 1)).toBeLessThan(1e-2);
  }
});
