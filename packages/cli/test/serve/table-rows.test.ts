import { fitGaussian, type Model, realNVP } from "pushforward";
import { fitTable, scoreTable, type Table, type TableSchema } from "pushforward/tables";
import { expect, test } from "vitest";
import { rowFormat } from "../../src/serve/rows.ts";
import { appOf, ofTable } from "./support.ts";

const fitted = ofTable();

/** A model that says that its table is another one. */
async function withSchema(change: (schema: TableSchema) => object): Promise<Model> {
  const model = await fitted;
  const { shape, condShape, columns } = model;
  const table = { ...model.table, ...change(model.table as TableSchema) };
  return { shape, condShape, columns, table } as unknown as Model;
}

test("rows of a table are objects of its cells, gaps are null and dates are ISO dates", async () => {
  const model = await fitted;
  const format = rowFormat(model, 10);
  const [full, gap] = format.readRows(
    [
      { mass: 3.5, day: "2022-01-15", kind: "ü", ripe: true },
      { mass: null, day: "2022-01-17", kind: "a", ripe: false },
    ],
    false,
  );
  const day = full?.[0]?.cells[2] as number;
  // The mass, whether it is missing, the day, one number for each kind, one for ripe.
  expect(full).toEqual([{ cells: [3.5, 0, day, 0, 0, 1, 1], standIn: 0 }]);
  expect(gap?.map(({ cells }) => cells.slice(1))).toEqual([[1, day + 2, 1, 0, 0, 0]]);
  const spread = format.readRows([{ mass: null, day: "2022-01-17", kind: "a", ripe: false }], true);
  expect(spread[0]).toHaveLength(8);
  expect(spread[0]?.every(({ standIn }) => Number.isFinite(standIn) && standIn !== 0)).toBe(true);
  expect(new Set(spread[0]?.map(({ cells }) => cells[0])).size).toBe(8);
  expect(format.readContexts({ site: "s" }, 2)).toEqual([[1], [1]]);
  expect(() => format.readContexts([{ site: "s" }], 2)).toThrow(
    "/context: has 1 context for 2 rows",
  );
  expect(() => format.readRows([{ mass: 1, day: "soon", kind: "a" }], false)).toThrow(
    '/rows/0: "day" is no ISO date such as 2024-02-29: "soon"',
  );
});

test("draws come back in the table's form, and can be asked for again", async () => {
  const model = await fitted;
  const format = rowFormat(model, 10);
  const context = format.readContexts({ site: "n" }, 5);
  const draws = format.writeRows(await model.sample(5, { snapped: false, context }));
  for (const row of draws as Record<string, unknown>[]) {
    expect(Object.keys(row)).toEqual(["mass", "day", "kind", "unit", "ripe"]);
    expect(row.unit).toBe("kg");
    expect(row.day).toMatch(/^2022-0\d-\d\d$/);
    expect(["a", "b", "ü"]).toContain(row.kind);
    expect([true, false]).toContain(row.ripe);
  }
  const again = draws.map((row) => {
    const { unit: _, ...cells } = row as Record<string, unknown>;
    return cells;
  });
  expect(format.readRows(again, true)).toHaveLength(5);
});

test("a row with gaps has the same answer whatever is beside it, the mean of its densities", async () => {
  const model = await ofTable();
  const { post } = await appOf(model);
  const context = { site: "n" };
  const gap = { mass: null, day: "2022-01-15", kind: "b", ripe: true };
  const full = { ...gap, mass: 3 };
  const ask = async (route: string, rows: object[]) =>
    (await post(`/v1/${route}`, { rows, context })).json();
  const alone = (await ask("log-prob", [gap])).logDensity[0];
  const [, , last] = (await ask("log-prob", [{ ...gap, kind: "a" }, full, gap])).logDensity;
  expect(last).toBeCloseTo(alone, 5);
  const { latents } = await ask("encode", [gap]);
  expect((await ask("encode", [full, gap])).latents[1]).toEqual(latents[0]);

  const format = rowFormat(model, 10);
  const [filled] = format.readRows([gap], true);
  const options = { context: format.readContexts(context, 8) };
  const scores = await model.logProb(
    filled!.map(({ cells }) => cells),
    options,
  );
  const densities = Array.from(scores, (score, i) => Math.exp(score - filled![i]!.standIn));
  expect(alone).toBeCloseTo(Math.log(densities.reduce((sum, one) => sum + one / 8, 0)), 4);
});

/** Whole numbers of which two are missing together, a number that is not negative, and categories. */
const counts: Table = {
  rows: 60,
  columns: [
    { name: "eggs", kind: "number", cells: Float64Array.from({ length: 60 }, (_, i) => i % 5) },
    {
      name: "mass",
      kind: "number",
      cells: Float64Array.from({ length: 60 }, (_, i) => (i % 9 ? 3 + Math.sin(i) : Number.NaN)),
    },
    {
      name: "length",
      kind: "number",
      cells: Float64Array.from({ length: 60 }, (_, i) => (i % 9 ? 7 + Math.cos(i) : Number.NaN)),
    },
    { name: "kind", kind: "text", cells: Array.from({ length: 60 }, (_, i) => `${(i * 7) % 3}`) },
  ],
};

const ofCounts = () =>
  fitTable((sizes) => realNVP({ ...sizes, layers: 2, hidden: [4] }), counts, {
    steps: 5,
    missing: "model",
  });

test("densities are those of the command: averaged over the cells of grids and categories", async () => {
  const model = await ofCounts();
  const { logProb } = await scoreTable(model, counts);
  const { post } = await appOf(model);
  const rows = Array.from({ length: 60 }, (_, row) =>
    Object.fromEntries(counts.columns.map(({ name, cells }) => [name, cells[row] ?? null])),
  );
  const { logDensity } = (await post("/v1/log-prob", { rows })).json() as { logDensity: number[] };
  const differences = logDensity.map((value, row) => Math.abs(value - logProb[row]!));
  expect(Math.max(...differences)).toBeLessThan(1e-4);
  // Where the middles of the cells were enough, the test above would tell nothing.
  const [first] = rowFormat(model, 60).readRows([rows[1]], false);
  const [middle] = await model.logProb([first![0]!.cells]);
  expect(Math.abs(middle! - logDensity[1]!)).toBeGreaterThan(1e-3);
});

test("numbers on a grid without a table are averaged over their cells too", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => [i % 4, Math.sin(i)]);
  const model = await fitGaussian(rows, { columns: [{ name: "n", step: 1 }, { name: "x" }] });
  const cells = [0, 1].map((column) => Float64Array.from(rows, (row) => row[column]!));
  const { logProb } = await scoreTable(model, {
    rows: 50,
    columns: ["n", "x"].map((name, i) => ({ name, kind: "number", cells: cells[i]! })),
  });
  const { post } = await appOf(model);
  const { logDensity } = (await post("/v1/log-prob", { rows })).json() as { logDensity: number[] };
  for (const [row, density] of logDensity.entries()) expect(density).toBeCloseTo(logProb[row]!, 4);
});

test("a gap that no row had is told with both columns", async () => {
  const { post } = await appOf(await ofCounts());
  const row = { eggs: 1, mass: 3, length: null, kind: "0" };
  const response = await post("/v1/log-prob", { rows: [{ ...row, length: 7 }, row] });
  expect([response.statusCode, response.json().error.message]).toEqual([
    422,
    '/rows/1: "mass" and "length" were either both there or both missing in all rows that the ' +
      "model was fitted to; give both, or null for both",
  ]);
});

test("a mistyped name is told with the one that was meant", async () => {
  const { post } = await appOf(await ofCounts());
  const reason = async (row: object) =>
    (await post("/v1/log-prob", { rows: [row] })).json().error.message;
  const row = { eggs: 1, mass: 3, length: 7 };
  expect(await reason({ ...row, kidn: "0" })).toBe(
    '/rows/0: has "kidn", which is not known here; did you mean "kind"?',
  );
  expect(await reason({ ...row, site: "n" })).toBe(
    '/rows/0: lacks "kind", and has "site", which is not known here',
  );
  expect(await reason({ ...row, kind: "0", Mass: 3 })).toBe(
    '/rows/0: has "Mass", which is not known here; did you mean "mass"?',
  );
});

test("the document tells where cells have a density", async () => {
  const { app, post } = await appOf(await ofCounts());
  const document = (await app.inject("/openapi.json")).json();
  const body = document.paths["/v1/log-prob"].post.requestBody.content["application/json"];
  const { eggs, kind } = body.schema.properties.rows.items.properties;
  expect(eggs.description).toBe("From 0 to 4; outside there is no density.");
  expect(kind.enum).toEqual(["0", "1", "2"]);
  const row = { eggs: 4, mass: 3, length: 7, kind: "0" };
  const rows = [{ ...row, eggs: -3 }, row, { ...row, eggs: 5, mass: null, length: null }];
  const answer = await post("/v1/log-prob", { rows });
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    { logDensity: [null, expect.any(Number), null] },
  ]);
});

test("what is wrong with a cell is said with its place, and what it may be", async () => {
  const { post, errors } = await appOf(await ofTable(["site", "day"]));
  const row = { mass: 3, kind: "a", ripe: true };
  const given = { site: "n", day: "2022-01-15" };
  const cases: [body: object, reason: string][] = [
    [{ rows: [{ ...row, kind: "c" }] }, '/rows/0/kind: must be one of "a", "b", "ü", got "c"'],
    [{ rows: [{ ...row, ripe: "true" }] }, '/rows/0/ripe: must be one of false, true, got "true"'],
    [
      { rows: [row], context: { ...given, day: "5" } },
      '/context: "day" is no ISO date such as 2024-02-29: "5"',
    ],
    [
      { rows: [row, row], context: [given, { ...given, day: "March 7 2021" }] },
      '/context/1: "day" is no ISO date such as 2024-02-29: "March 7 2021"',
    ],
  ];
  for (const [body, reason] of cases) {
    const response = await post("/v1/log-prob", { context: given, ...body });
    expect([response.statusCode, response.json().error.message]).toEqual([422, reason]);
  }
  expect(errors).toEqual([]);
});

test("a date that is in no calendar is null", async () => {
  const model = await fitted;
  const [row] = rowFormat(model, 10).writeRows({
    data: Float32Array.of(3, 0, 1e12, 1, 0, 0, 1),
    shape: [1, 7],
  });
  expect(row).toMatchObject({ mass: 3, day: null, kind: "a" });
});

test.each(["$ref", "__proto__"])("a table with a column %s is not served", async (name) => {
  const named = { name, kind: "text", type: "constant", value: "a" } as const;
  const message = `the model has a column named "${name}", which cannot be a key`;
  const modelled = await withSchema(({ fields }) => ({ fields: [...fields, named] }));
  expect(() => rowFormat(modelled, 10)).toThrow(message);
  const given = await withSchema(() => ({ given: [named] }));
  expect(() => rowFormat(given, 10)).toThrow(message);
});

test("the model's card names the cells of rows and of contexts", async () => {
  const { app } = await appOf(await ofTable());
  const card = (await app.inject("/v1/model")).json();
  expect(card).toMatchObject({
    shape: [7],
    columns: ["mass", "day", "kind", "ripe"],
    given: ["site"],
  });
});
