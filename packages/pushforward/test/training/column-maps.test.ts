import { describe, expect, test } from "vitest";
import type { ColumnMap } from "../../src/core/column.ts";
import { fit } from "../../src/fit.ts";
import { realNVP } from "../../src/flows/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { beforeMap, throughMap } from "../../src/training/column-maps.ts";

const maps: ColumnMap[] = [
  { kind: "exp", low: -0.5 },
  { kind: "softplus", low: 2, scale: 3 },
  { kind: "sigmoid", low: -1, high: 4 },
  { kind: "sinh", centre: 5, scale: 0.1 },
  { kind: "histogram", edges: [-1, 0, 2, 3], shares: [0.2, 0.7, 0.1] },
];

describe.each(maps)("$kind", (map) => {
  test("the host's map has the slope that it says, and an inverse", () => {
    for (const y of [-3, -0.4, 0, 0.7, 5]) {
      const [value, logSlope] = throughMap(map, y);
      const h = 1e-6;
      const slope = (throughMap(map, y + h)[0] - throughMap(map, y - h)[0]) / (2 * h);
      expect(Math.exp(logSlope) / slope).toBeCloseTo(1, 5);
      expect(beforeMap(map, value)).toBeCloseTo(y, 6);
    }
  });

  test("a flow ends in it: its density is 0 where the map does not reach", async () => {
    const random = hostRandom(1);
    const rows = Float64Array.from({ length: 400 }, () => throughMap(map, random.normal())[0]);
    const flow = realNVP({ features: 1, layers: 1, hidden: [4] });
    const data = { data: rows, shape: [400, 1] };
    const model = await fit(flow, data, { steps: 1, columns: [{ name: "x", map }] });
    const [low, high] = [throughMap(map, -40)[0], throughMap(map, 40)[0]];
    const reach = map.kind === "sinh" ? Infinity : 0;
    const [below, inside] = await model.logProb([low - 1, throughMap(map, 0.3)[0]]);
    expect(below === -Infinity).toBe(reach === 0);
    // The density of the normal numbers that the rows were made of, through the map.
    const logNormal = -0.5 * 0.3 ** 2 - 0.5 * Math.log(2 * Math.PI);
    expect(inside).toBeCloseTo(logNormal - throughMap(map, 0.3)[1], 0);
    const { data: drawn } = await model.sample(500, { seed: 2 });
    expect(drawn.every((value) => value >= low - 1e-5 && (value <= high || reach > 0))).toBe(true);
  });
});

test("values that a map does not reach are refused, with their column", async () => {
  const columns = [{ name: "age", map: { kind: "exp", low: 0 } as const }];
  const flow = realNVP({ features: 1, layers: 1, hidden: [4] });
  await expect(fit(flow, [1, 2, -3, 4], { columns })).rejects.toThrow(
    'fit: column "age" holds -3, which its map exp from 0 does not reach; correct the value, or give the column ' +
      "other bounds.",
  );
  const other = [{ name: "age", map: { kind: "log" } as unknown as ColumnMap }];
  await expect(fit(flow, [1, 2, 3, 4], { columns: other })).rejects.toThrow(
    /its kind must be one of exp, softplus, sigmoid, sinh, histogram/,
  );
});
