import { DomainError, type Model, realNVP } from "pushforward";
import { fitTable, type Table } from "pushforward/tables";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawWhere } from "../../src/commands/draw-where.ts";

const ROWS = 80;
const cells = (cell: (row: number) => number) =>
  Float64Array.from({ length: ROWS }, (_, row) => cell(row));

const table: Table = {
  rows: ROWS,
  columns: [
    { name: "x", kind: "number", cells: cells((row) => Math.sin(row * row) + row / 50) },
    { name: "p", kind: "number", cells: cells((row) => Math.exp(Math.sin(7 * row))) },
    { name: "n", kind: "number", cells: cells((row) => (row * row) % 11) },
    { name: "tenth", kind: "number", cells: cells((row) => ((row * row) % 7) / 10) },
    { name: "day", kind: "date", cells: cells((row) => 19_000 + ((row * row) % 17)) },
    {
      name: "sort",
      kind: "text",
      cells: Array.from({ length: ROWS }, (_, row) => "abc"[row % 3] as string),
    },
    { name: "gap", kind: "number", cells: cells((row) => (row % 3 ? Math.cos(row) : Number.NaN)) },
  ],
};

let model: Model;
beforeAll(async () => {
  model = await fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), table, {
    steps: 2,
    missing: "model",
    types: { p: { type: "positive" } },
  });
});
afterAll(() => model.dispose());

const draw = (where: string) => drawWhere(model, 20, { seed: 1, where });

test("rows obey lists, alternatives and gaps", async () => {
  const { rows, columns } = await draw("(sort in (a, b) or n = 3) and gap is null");
  expect(rows).toBe(20);
  const of = (name: string) => columns.find((column) => column.name === name)?.cells ?? [];
  for (let row = 0; row < rows; row++) {
    expect(["a", "b"].includes(of("sort")[row] as string) || of("n")[row] === 3).toBe(true);
    expect(of("gap")[row]).toBeNaN();
  }
});

test.each([
  ["n = 2.5", /"n" is never 2\.5; the model's values of it are whole numbers from 0/],
  ["n = -1", /"n" is never -1/],
  ["n in (1, 2.5)", /"n" is never 2\.5/],
  ["sort = a or n = 2.5", /"n" is never 2\.5/],
  ["tenth = 0.25", /"tenth" is never 0\.25; the model's values of it are steps of 0\.1/],
  ["p = -3", /"p" is never -3; the model's values of it are from 0/],
  ["day = '2022-01-08' and x is null", /"x" is never missing in this model/],
  ["x in (0.1, 0.2)", /"x" is continuous, and no draw equals one of several numbers/],
  ["sort = a or x = 0.1", /"x" is continuous/],
])("%s is refused at once", async (where, message) => {
  await expect(draw(where)).rejects.toThrow(DomainError);
  await expect(draw(where)).rejects.toThrow(message);
});

test("values on a grid are not refused for what rounding leaves", async () => {
  const { columns } = await draw("tenth = 0.3");
  expect([...(columns.find(({ name }) => name === "tenth")?.cells ?? [])]).toEqual(
    new Array(20).fill(0.3),
  );
});
