import { realNVP } from "pushforward";
import { fitTable, type Table } from "pushforward/tables";
import { expect, test } from "vitest";
import { rowFormat } from "../../src/serve/rows.ts";

const rows = 90;
const table: Table = {
  rows,
  columns: [
    {
      name: "mass",
      kind: "number",
      cells: Float64Array.from({ length: rows }, (_, i) => (i % 9 ? 3 + Math.sin(i) : Number.NaN)),
    },
    {
      name: "day",
      kind: "date",
      cells: Float64Array.from({ length: rows }, (_, i) => 19_000 + ((i * 7) % 40)),
    },
    {
      name: "kind",
      kind: "text",
      cells: Array.from({ length: rows }, (_, i) => ["a", "b", "ü"][i % 3] as string),
    },
    { name: "unit", kind: "text", cells: new Array(rows).fill("kg") },
    {
      name: "site",
      kind: "text",
      cells: Array.from({ length: rows }, (_, i) => (i % 2 ? "n" : "s")),
    },
  ],
};

const fitted = fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), table, {
  steps: 2,
  missing: "model",
  given: ["site"],
});

test("rows of a table are objects of its cells, gaps are null and dates are ISO dates", async () => {
  const model = await fitted;
  const format = rowFormat(model, 10);
  const [full, gap] = format.readRows([
    { mass: 3.5, day: "2022-01-15", kind: "ü" },
    { mass: null, day: "2022-01-15", kind: "a" },
  ]);
  // The mass, whether it is missing, the day, one number for each kind.
  expect(full).toEqual({ cells: [3.5, 0, 19_007, 0, 0, 1], standIn: 0 });
  expect(gap?.cells.slice(1)).toEqual([1, 19_007, 1, 0, 0]);
  expect(Number.isFinite(gap?.standIn) && gap?.standIn !== 0).toBe(true);
  expect(format.readContexts({ site: "s" }, 2)).toEqual([[1], [1]]);
  expect(() => format.readContexts([{ site: "s" }], 2)).toThrow(
    "/context: has 1 context for 2 rows",
  );
  expect(() => format.readRows([{ mass: 1, day: "soon", kind: "a" }])).toThrow(
    '/rows/0: "day" is no ISO date: "soon"',
  );
});

test("draws come back in the table's form, and can be asked for again", async () => {
  const model = await fitted;
  const format = rowFormat(model, 10);
  const context = format.readContexts({ site: "n" }, 5);
  const draws = format.writeRows(await model.sample(5, { snapped: false, context }));
  for (const row of draws as Record<string, unknown>[]) {
    expect(Object.keys(row)).toEqual(["mass", "day", "kind", "unit"]);
    expect(row.unit).toBe("kg");
    expect(row.day).toMatch(/^2022-0\d-\d\d$/);
    expect(["a", "b", "ü"]).toContain(row.kind);
  }
  const again = draws.map((row) => {
    const { unit: _, ...cells } = row as Record<string, unknown>;
    return cells;
  });
  expect(format.readRows(again)).toHaveLength(5);
});
