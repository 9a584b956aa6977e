import { describe, expect, test } from "vitest";
import { fitGaussian } from "../../src/baselines.ts";
import { realNVP } from "../../src/flows/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { fitTable, imputeTable, type Table } from "../../src/tables/index.ts";

/** A correlated normal in three dimensions: y = 0.9 x + noise, z = x - y + noise. */
function correlated(rows: number, seed: number): Float64Array {
  const random = hostRandom(seed);
  const data = new Float64Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const x = random.normal();
    const y = 0.9 * x + 0.3 * random.normal();
    data.set([x, y, x - y + 0.5 * random.normal()], row * 3);
  }
  return data;
}

const gap = Number.NaN;

function tableOf(rows: readonly (readonly number[])[]): Table {
  const names = ["x", "y", "z"];
  return {
    rows: rows.length,
    columns: names.map((name, c) => ({
      name,
      kind: "number",
      cells: Float64Array.from(rows, (row) => row[c] as number),
    })),
  };
}

describe("imputeTable", () => {
  test("draws from the conditional distribution of a normal one", async () => {
    const columns = ["x", "y", "z"];
    const model = await fitGaussian({ data: correlated(4000, 1), shape: [4000, 3] }, { columns });
    const draws = 400;
    const { tables, effectiveSizes } = await imputeTable(
      model,
      tableOf([
        [1, gap, 0.2],
        [0.5, 0.4, 0.3],
        [-2, gap, gap],
      ]),
      { draws, seed: 3 },
    );
    const cells = (row: number, column: number) =>
      tables.map((table) => table.columns[column]?.cells[row] as number);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value / draws, 0);
    const deviation = (values: number[]) =>
      Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    // y given x = 1 and z = 0.2: precision 1/0.09 from 0.9 and 1/0.25 from x - z = 0.8.
    const precision = 1 / 0.09 + 1 / 0.25;
    const expected = (0.9 / 0.09 + 0.8 / 0.25) / precision;
    const y = cells(0, 1);
    // Five standard errors of 400 draws, and what the fit of 4000 rows leaves.
    expect(Math.abs(mean(y) - expected)).toBeLessThan(5 / Math.sqrt(precision * draws) + 0.02);
    expect(deviation(y) * Math.sqrt(precision)).toBeGreaterThan(0.8);
    expect(deviation(y) * Math.sqrt(precision)).toBeLessThan(1.2);
    // Given x = -2 alone: y ~ N(-1.8, 0.3), z ~ N(-0.2, 0.09 + 0.25).
    expect(Math.abs(mean(cells(2, 1)) + 1.8)).toBeLessThan(0.1);
    expect(Math.abs(mean(cells(2, 2)) + 0.2)).toBeLessThan(0.17);
    expect(deviation(cells(2, 2)) / Math.sqrt(0.34)).toBeGreaterThan(0.8);
    // What is there stays, and only rows with gaps are drawn.
    expect(tables.every((table) => table.columns[0]?.cells[0] === 1)).toBe(true);
    expect([...effectiveSizes.keys()]).toEqual([0, 2]);
    expect(Math.min(...effectiveSizes.values())).toBeGreaterThan(100);
  });

  test("is the same for the same seed, and leaves a complete table as it is", async () => {
    const model = await fitGaussian({ data: correlated(500, 2), shape: [500, 3] });
    const holes = { ...tableOf([[1, gap, 0]]) };
    const named = {
      ...holes,
      columns: holes.columns.map((column, i) => ({ ...column, name: `column${i}` })),
    } as Table;
    const first = await imputeTable(model, named, { seed: 5 });
    const second = await imputeTable(model, named, { seed: 5 });
    expect(first.tables).toEqual(second.tables);
    const [completed] = first.tables;
    const again = await imputeTable(model, completed as Table);
    expect(again.tables[0]).toEqual(completed);
  });

  test("rows far out and rows of no density are told apart from others, and end nothing", async () => {
    const random = hostRandom(4);
    const x = Float64Array.from({ length: 300 }, () => random.normal());
    const y = x.map((value) => Math.exp(2 * value + 0.1 * random.normal()));
    const side = Array.from(x, (_, row) => (row % 3 ? "a" : null));
    const table = (xs: number[], ys: number[], sides: (string | null)[]): Table => ({
      rows: xs.length,
      columns: [
        { name: "x", kind: "number", cells: Float64Array.from(xs) },
        { name: "y", kind: "number", cells: Float64Array.from(ys) },
        { name: "side", kind: "text", cells: sides },
      ],
    });
    const model = await fitTable(
      (sizes) => realNVP({ ...sizes, layers: 2, hidden: [8] }),
      table([...x], [...y], side),
      { missing: "model", given: ["side"], steps: 3 },
    );
    const holes = table([1000, gap, 0.123456789012], [gap, -5, gap], ["a", "a", null]);
    const { tables, effectiveSizes } = await imputeTable(model, holes, { seed: 1 });
    const [xs, ys, sides] = tables[0]?.columns.map(({ cells }) => [...cells]) ?? [];
    expect(ys?.every(Number.isFinite)).toBe(true);
    expect(xs?.[2]).toBe(0.123456789012);
    expect(sides).toEqual(["a", "a", null]);
    expect(effectiveSizes.get(1)).toBe(0);
    expect(effectiveSizes.get(2)).toBeGreaterThan(10);
    const unseen = table([1, 2], [gap, gap], ["a", "z"]);
    await expect(imputeTable(model, unseen)).rejects.toThrow(
      'row 2: the model is conditioned on "side", which was never "z"',
    );
    await expect(imputeTable(model, holes, { draws: 0 })).rejects.toThrow("draws");
  });
});
