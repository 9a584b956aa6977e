import { encodeTable, type Field } from "pushforward/tables";
import { expect, test } from "vitest";
import { fillGaps, standInsOf } from "../../src/serve/stand-ins.ts";

const field = (name: string, standIn: number[]): Field => {
  return { name, kind: "number", type: "number", standIn };
};

const gaps = (...names: string[]) => ({
  rows: 400,
  columns: names.map((name) => {
    return { name, kind: "number" as const, cells: new Float64Array(400).fill(Number.NaN) };
  }),
});

test("stand-ins take the places of what is missing, and their densities add up", () => {
  const fields = [field("a", [0, 1, 4]), field("b", [10, 30])];
  const [a, b] = standInsOf(fields, [], gaps("a", "b"));
  const both = fillGaps([9, 0, 9, 0], [a!, b!]);
  for (const { cells, standIn } of both) {
    const [x, isXMissing, y, isYMissing] = cells as [number, number, number, number];
    expect([isXMissing, isYMissing]).toEqual([1, 1]);
    expect(x >= 0 && x <= 4 && y >= 10 && y <= 30).toBe(true);
    expect(standIn).toBeCloseTo(Math.log((x < 1 ? 1 / 2 : 1 / 6) * (1 / 20)), 10);
  }
  const one = fillGaps([9, 0, 9, 0], [b!]);
  expect(one.map(({ cells }) => cells)).toEqual(both.map(({ cells: [, , y] }) => [9, 0, y, 1]));
  const table = encodeTable({ fields: fields.slice(1), given: [] }, [], gaps("b"), 1);
  expect(one.map(({ standIn }) => standIn)).toEqual([...table.standInLogDensity]);
});

test("stand-ins of different columns have nothing to do with each other", () => {
  const [a, b] = standInsOf([field("a", [0, 1]), field("b", [0, 1])], [], gaps("a", "b"));
  const both = fillGaps([0, 0, 0, 0], [a!, b!]).map(({ cells }) => cells);
  const covariance = both.reduce((sum, [x, , y]) => sum + (x! - 0.5) * (y! - 0.5), 0) / both.length;
  // Of 400 pairs of independent uniforms: deviation 1/240; five of them are exceeded once in a million.
  expect(Math.abs(covariance)).toBeLessThan(5 / 240);
});
