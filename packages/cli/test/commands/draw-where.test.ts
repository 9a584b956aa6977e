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
    { name: "stars", kind: "number", cells: cells((row) => 1 + ((row * row) % 5)) },
    {
      name: "hour",
      kind: "timestamp",
      cells: cells((row) => 19_000 * 86_400 + 3600 * ((row * row) % 17)),
    },
    { name: "angle", kind: "number", cells: cells((row) => 15 * ((row * row) % 23)) },
    { name: "site", kind: "text", cells: new Array(ROWS).fill("HQ") },
    { name: "gap", kind: "number", cells: cells((row) => (row % 3 ? Math.cos(row) : Number.NaN)) },
  ],
};

/** With gaps in a column to condition on. */
const monthly: Table = {
  rows: ROWS,
  columns: [
    ...table.columns.filter(({ name }) => name === "x" || name === "sort"),
    { name: "month", kind: "number", cells: cells((row) => 1 + ((row * row) % 12)) },
    {
      name: "sex",
      kind: "text",
      cells: Array.from({ length: ROWS }, (_, row) => ["m", "f", null][(row >> 2) % 3] as string),
    },
  ],
};

let model: Model;
let conditional: Model;
beforeAll(async () => {
  model = await fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), table, {
    steps: 2,
    missing: "model",
    types: { p: { type: "positive" }, angle: { type: "circular", low: 0, high: 360 } },
  });
  conditional = await fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), monthly, {
    steps: 2,
    missing: "model",
    given: ["month", "sex"],
  });
});
afterAll(() => {
  model.dispose();
  conditional.dispose();
});

const draw = (where: string) => drawWhere(model, 20, { seed: 1, where });

async function drawnCells(from: Model, where: string, name: string): Promise<unknown[]> {
  const { columns } = await drawWhere(from, 20, { seed: 1, where });
  return [...(columns.find((column) => column.name === name)?.cells ?? [])];
}

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
  ["stars > 8", /"stars" is never > 8; the model's values of it are whole numbers from 1 up to 5/],
  ["stars > 5", /"stars" is never > 5/],
  ["stars >= 5.5", /"stars" is never >= 5\.5/],
  ["stars < 1", /"stars" is never < 1/],
  ["n = 3 or stars <= 0", /"stars" is never <= 0/],
  ["n < -2", /"n" is never < -2; .* whole numbers from 0 up to 9$/],
  ["p <= -1", /"p" is never <= -1; the model's values of it are from 0$/],
  ["hour = 2022-01-08T00:30", /"hour" is never 2022-01-08T00:30:00; .* steps of 3600 seconds$/],
  ["angle > 400", /"angle" is never > 400; .* from 0 up to 360/],
  ["angle = 20", /"angle" is never 20; the model's values of it are steps of 15 from 0/],
  ["site != HQ", /no row can be like this: "site" is always "HQ"/],
  ["site in (X, Y)", /"site" is always "HQ"/],
  ["site is null", /"site" is never missing/],
  ["sort not in (a, b, c)", /no row can be like this: "sort" is one of "a", "b", "c"/],
  ["sort = a and sort = b", /"sort" cannot equal two values at once/],
  ["gap = 0.1 and gap is null", /"gap" cannot be missing and equal a value at once/],
  ["day = '2022-01-08' and x is null", /"x" is never missing in this model/],
  ["x in (0.1, 0.2)", /"x" is continuous, and no draw equals one of several numbers/],
  ["sort = a or x = 0.1", /"x" is continuous/],
])("%s is refused at once", async (where, message) => {
  await expect(draw(where)).rejects.toThrow(DomainError);
  await expect(draw(where)).rejects.toThrow(message);
});

test.each([
  ["tenth = 0.3", "tenth", [0.3]],
  ["stars = 3.0005", "stars", [3]],
  ["stars in (3.0005, 1)", "stars", [1, 3]],
  ["n = 3 or stars = 4.9998", "stars", [1, 2, 3, 4, 5]],
  ["angle = 375", "angle", [15]],
  ["hour = 2022-01-08T08:00:01", "hour", [19_000 * 86_400 + 8 * 3600]],
  ["stars >= 5", "stars", [5]],
  ["stars <= 1", "stars", [1]],
  ["site in (HQ, X) and site != Y", "site", ["HQ"]],
] as [string, string, unknown[]][])("%s is what rows can be", async (where, name, values) => {
  for (const cell of await drawnCells(model, where, name)) expect(values).toContain(cell);
});

test("beside an exact number other conditions end soon, whether they can be or not", async () => {
  const { rows, columns } = await draw("x = 0.1 and sort = a");
  expect(columns.find(({ name }) => name === "sort")?.cells).toEqual(new Array(rows).fill("a"));
  await expect(draw("x = 0.1 and gap is null")).rejects.toThrow(
    /no imputed cell is missing: "gap" cannot be; ask for a range/,
  );
});

test("columns that the model is conditioned on get their values, or none", async () => {
  const where = "month = 3 and sex is null and sort in (a, b)";
  expect(await drawnCells(conditional, where, "month")).toEqual(new Array(20).fill(3));
  expect(await drawnCells(conditional, where, "sex")).toEqual(new Array(20).fill(null));
  expect(await drawnCells(conditional, "month = 3 and sex = M", "sex")).toContain("m");
});

test.each([
  ["month = 3", /conditioned on "month", "sex"; give a value of each: --where "sex = \.\.\."/],
  ["month = 3 and sex is null and sex = m", /"sex" cannot be missing and equal a value at once/],
  ["month = 3 and sex = m and sex is null", /"sex" cannot be missing and equal a value at once/],
  ["month = 3 and sex = m and (sex = f)", /"sex" cannot equal two values at once/],
  ["sort = a or month = 3", /conditioned on "month", which needs one value: use =, without or/],
  ["sex = m and (x > 0 or month = 3)", /conditioned on "month"/],
  ["month > 3 and sex = m", /conditioned on "month"/],
  ["month is null and sex = m", /"month" is never missing in this model/],
])("%s is refused where month and sex are given", async (where, message) => {
  const drawn = drawWhere(conditional, 20, { seed: 1, where });
  await expect(drawn).rejects.toThrow(DomainError);
  await expect(drawn).rejects.toThrow(message);
});
