import { encodeTable, type Field, scorePoints } from "pushforward/tables";
import { expect, test } from "vitest";
import { rowAtPoints, standInsOf } from "../../src/serve/stand-ins.ts";

const field = (name: string, standIn: number[]): Field => {
  return { name, kind: "number", type: "number", standIn };
};

const gap = (...names: string[]) => ({
  rows: 1,
  columns: names.map((name) => ({ name, kind: "number" as const, cells: Float64Array.of(NaN) })),
});

const fields = [field("a", [0, 1, 4]), field("b", [10, 30])];
const columns = [{}, {}, {}, {}];

test("stand-ins take the places of what is missing, and their densities add up", () => {
  const points = scorePoints(fields, columns, 8);
  const [a, b] = standInsOf(fields, columns, gap("a", "b"), points);
  const both = rowAtPoints([9, 0, 9, 0], [a!, b!], points);
  expect(both).toHaveLength(8);
  both.forEach(({ cells, standIn }, k) => {
    const encoded = encodeTable({ fields, given: [] }, columns, gap("a", "b"), points[k]?.standIns);
    expect(cells).toEqual([...encoded.data]);
    expect(standIn).toBeCloseTo(encoded.standInLogDensity[0] as number, 12);
    const [x, isXMissing, y, isYMissing] = cells as [number, number, number, number];
    expect([isXMissing, isYMissing]).toEqual([1, 1]);
    expect(x >= 0 && x <= 4 && y >= 10 && y <= 30).toBe(true);
    expect(standIn).toBeCloseTo(Math.log((x < 1 ? 1 / 2 : 1 / 6) * (1 / 20)), 10);
  });
  const one = rowAtPoints([9, 0, 9, 0], [b!], points);
  expect(one.map(({ cells }) => cells)).toEqual(both.map(({ cells: [, , y] }) => [9, 0, y, 1]));
});

test("numbers on a grid are put at the points of their cells", () => {
  const points = scorePoints([], [{ step: 2 }, {}], 4);
  const cells = rowAtPoints([6, 5], [], points).map((row) => row.cells);
  expect(cells.map(([x]) => x).sort()).toEqual([5.25, 5.75, 6.25, 6.75]);
  expect(cells.map(([, y]) => y)).toEqual([5, 5, 5, 5]);
});
