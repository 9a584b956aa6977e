import { describe, expect, test } from "vitest";
import type { ColumnMap } from "../../src/core/column.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import {
  decodeTable,
  describeTable,
  encodeTable,
  fieldTexts,
  parseColumnType,
  type TableColumn,
} from "../../src/tables/index.ts";
import { beforeMap } from "../../src/training/column-maps.ts";
import { cellsOf, numbers, tableOf, text } from "./support.ts";

const rows = 400;
const normal = numbers("plain", rows, (random) => 3 * random.normal());

/** In words, what columns are taken for. */
function wordsOf(...[table, options]: Parameters<typeof describeTable>) {
  const { schema, columns } = describeTable(table, options);
  return Object.fromEntries(fieldTexts(schema, columns).map(({ name, text }) => [name, text]));
}

describe("what columns are taken for", () => {
  test("numbers by their values", () => {
    const table = tableOf(
      normal,
      numbers("income", rows, (random) => Math.exp(random.normal())),
      numbers("share", rows, (random) => random.uniform()),
      numbers("stars", rows, (random) => 1 + random.integer(5)),
      numbers("count", rows, (random) => random.integer(200)),
      numbers("price", rows, (random) => Math.round(20 * (5 + random.normal())) / 20),
      numbers("shock", rows, (random) => random.normal() / (0.02 + random.uniform() ** 2)),
      numbers("wind direction", rows, (random) => 359.9 * random.uniform()),
      numbers("one", rows, () => 7),
    );
    expect(wordsOf(table)).toEqual({
      plain: "any number",
      income: "not negative",
      share: "0 to 1",
      stars: "1 to 5, whole",
      count: "not negative, whole",
      price: "not negative, in steps of 0.05",
      shock: "heavy-tailed",
      "wind direction": "angle from 0 to 360",
      one: "always 7",
    });
  });

  test("text by its values, and what is no category is left out with a notice", () => {
    const species = Array.from({ length: rows }, (_, row) => ["b", "a", "c"][row % 3] as string);
    const names = Array.from({ length: rows }, (_, row) => `name ${row}`);
    const table = tableOf(normal, text("species", species), text("id", names));
    expect(wordsOf(table)).toEqual({ plain: "any number", species: 'one of "a", "b", "c"' });
    expect(describeTable(table).notices).toEqual(['Left out, text of 400 different values: "id".']);
  });

  test("as is said, against what they look like", () => {
    const table = tableOf(
      normal,
      numbers("year", rows, (random) => 2000 + random.integer(30)),
      numbers("x", rows, (random) => random.uniform()),
    );
    const types = { year: parseColumnType("category"), x: parseColumnType("bounded(-1, 2)") };
    const words = wordsOf(table, { types });
    expect(words.year).toMatch(/^one of 30: 2000, 2001/);
    expect(words.x).toBe("-1 to 2");
    expect(() => describeTable(table, { types: { plain: { type: "positive" } } })).toThrow(
      /column "plain" is to be positive and holds -/,
    );
    expect(() => describeTable(table, { types: { y: { type: "real" } } })).toThrow(
      /no column "y"; the table has "plain", "year", "x"/,
    );
    expect(() => parseColumnType("bounded(3, 1)")).toThrow(/the smaller one first/);
    expect(() => parseColumnType("ordinal")).toThrow(/no column type "ordinal"; take real, /);
  });
});

/** Where the map of a column begins and ends. */
function endsOf(map: ColumnMap | undefined): (number | undefined)[] {
  const { low, high } = (map ?? {}) as { low?: number; high?: number };
  return [low, high];
}

test("values that repeat at an end among continuous numbers are not stretched", () => {
  const rounded = (random: { normal(): number; uniform(): number }) =>
    random.uniform() < 0.2 ? 0 : Math.round(1e6 * Math.exp(random.normal())) / 1e6;
  const table = tableOf(
    numbers("rain", rows, rounded),
    numbers("mm", rows, (random) => Math.round(10 * rounded(random)) / 10),
    numbers("share", rows, (random) => {
      const value = Math.round(1e6 * (1.4 * random.uniform() - 0.2)) / 1e6;
      return Math.min(1, Math.max(0, value));
    }),
  );
  const [rain, mm, share] = describeTable(table).columns.map(({ map }) => endsOf(map));
  // Half of the quartiles' distance, some 1.5 and 0.7; and half a cell of a grid that is coarse.
  expect(rain?.[0]).toBeLessThan(-0.4);
  expect(mm?.[0]).toBeCloseTo(-0.05, 3);
  expect(share?.[0]).toBeLessThan(-0.3);
  expect(share?.[1]).toBeGreaterThan(1.3);
});

test("a fine grid whose cells reach 0 has its map begin below them", () => {
  const odd = numbers("odd", 20_001, (_, row) => 1 + 2 * ((row * 7919) % 20_000));
  const { columns } = describeTable(tableOf(odd));
  expect(beforeMap(columns[0]?.map as ColumnMap, 0)).not.toBeNaN();
  expect(endsOf(columns[0]?.map)[0]).toBeLessThan(0);
});

test("numbers scaled to 0 and 1 are not bounded by 1, and their least is no outlier", () => {
  const normal = hostRandom(3);
  const raw = Float64Array.from({ length: rows }, () => normal.normal());
  const [low, high] = [Math.min(...raw), Math.max(...raw)];
  const scaled = raw.map((value) => (value - low) / (high - low));
  const table = tableOf({ name: "x", kind: "number", cells: scaled });
  const { schema, columns, notices } = describeTable(table);
  expect(fieldTexts(schema, columns)[0]?.text).toBe("not negative");
  expect(notices).toEqual([
    'Seem to be scaled to 0 and 1, and are not taken to end at 1: "x" (bounded(0, 1) where they do).',
  ]);
  const levels = numbers("count", rows, (_, row) => (row * 7) % rows);
  expect(describeTable(tableOf(levels)).notices).toEqual([]);
  const asked = describeTable(table, { types: { x: parseColumnType("bounded(0, 1)") } });
  expect([asked.notices, asked.columns[0]?.range]).toEqual([[], [0, 1]]);
  const map = columns[0]?.map as ColumnMap;
  const before = scaled.map((value) => beforeMap(map, value)).sort();
  const span = (share: number) =>
    (before[Math.round((1 - share) * (rows - 1))] as number) -
    (before[Math.round(share * (rows - 1))] as number);
  expect(span(0) / span(0.25)).toBeLessThan(8);
});

test("few levels get the shares that they have, and categories and gaps do", () => {
  const cells = Array.from({ length: 100 }, (_, row) => (row < 5 ? "rare" : "usual"));
  const table = tableOf(
    numbers("stars", 100, (_, row) => (row < 79 ? 1 : row < 80 ? 2 : 4)),
    { name: "kind", kind: "text", cells },
    numbers("mass", 100, (random, row) => (row === 50 ? Number.NaN : random.normal())),
  );
  const { columns } = describeTable(table, { missing: "model" });
  const shares = columns.map(({ map }) => (map?.kind === "histogram" ? map.shares : undefined));
  const counts = shares.map((own) =>
    own?.map((share) => Number((share * (100 + own.length / 2)).toFixed(6))),
  );
  expect(counts).toEqual([[79.5, 1.5, 0.5, 20.5], [5.5, 95.5], undefined, [99.5, 1.5]]);
});

test("ends lie on the grid, whatever was said", () => {
  const table = tableOf(
    numbers("tens", rows, (random) => 5 + 10 * random.integer(40)),
    numbers("stars", rows, (random) => 1 + random.integer(5)),
    numbers("share", rows, (random) => Math.round(100 * random.uniform()) / 100),
  );
  const types = { stars: parseColumnType("bounded(0.5, 5.5)") };
  const { columns } = describeTable(table, { types });
  expect(columns.map(({ range }) => range)).toEqual([
    [5, null],
    [1, 5],
    [0, 1],
  ]);
});

test("dates and times count from the middle of the column", () => {
  const second = 1_709_251_200;
  const { cells } = numbers("t", rows, (_, row) => second + 7 * row);
  const times: TableColumn = { name: "at", kind: "timestamp", cells };
  const days: TableColumn = {
    name: "day",
    kind: "date",
    cells: cells.map((_, row) => 19_783 + (row % 4)),
  };
  const table = tableOf(times, days);
  const { schema, columns } = describeTable(table);
  const { data, faults } = encodeTable(schema, columns, table);
  expect(faults.size).toBe(0);
  expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(7 * rows);
  expect(decodeTable(schema, columns, Float32Array.from(data))).toEqual(table);
});

test("angles on a grid that does not close are spread over their cells", () => {
  const a = numbers("a", rows, (random) => Math.round(10 * 2 * Math.PI * random.uniform()) / 10);
  const [column] = describeTable(tableOf(a), {
    types: { a: parseColumnType("circular(0, 6.2832)") },
  }).columns;
  expect(column?.step).toBeCloseTo(0.1, 12);
});

test("a category of too many values is refused by its name", () => {
  const id = numbers("id", 3000, (_, row) => row);
  const options = { types: { id: parseColumnType("category") } };
  expect(() => describeTable(tableOf(id), options)).toThrow(
    'column "id" has 3,000 different values, too many for a category (at most 1000)',
  );
});

describe("missing cells", () => {
  const holes = numbers("holes", rows, (random, row) =>
    row % 10 === 0 ? Number.NaN : random.normal(),
  );
  const also = numbers("also", rows, (random, row) =>
    row % 10 === 0 ? Number.NaN : random.normal(),
  );
  const sex = text(
    "sex",
    Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? null : row % 2 ? "m" : "f")),
  );
  const table = tableOf(normal, holes, also, sex);

  test("are refused, dropped or modelled, and never in silence", () => {
    expect(() => describeTable(table)).toThrow(
      'of 400 rows, cells are missing in "holes" (40), "also" (40), "sex" (58)',
    );
    const dropped = describeTable(table, { missing: "drop" });
    expect(dropped.table.rows).toBe(308);
    expect(dropped.notices).toEqual(["Left out, a cell is missing: 92 rows."]);
    const modelled = describeTable(table, { missing: "model" });
    expect(modelled.notices).toHaveLength(3);
    // Text that is left out takes no rows with it.
    const note = text(
      "note",
      Array.from({ length: rows }, (_, row) => (row < 9 ? `note ${row}` : null)),
    );
    expect(describeTable(tableOf(normal, note), { missing: "drop" }).table.rows).toBe(rows);
    // The two that are missing in the same rows share the number that says so.
    expect(modelled.columns.map(({ name }) => name)).toEqual([
      "plain",
      "holes",
      "holes is missing",
      "also",
      "sex=f",
      "sex=m",
      "sex=missing",
    ]);
  });
});

describe("columns that others determine", () => {
  const sum = { ...normal, name: "sum", cells: normal.cells.map((value, row) => 2 * value - row) };
  const index = numbers("index", rows, (_, row) => row);
  const table = tableOf(normal, index, sum);

  test("are named, with those that determine them, and left out where that is asked for", () => {
    expect(() => describeTable(table)).toThrow(
      'column "sum" follows from "plain", "index" (a sum of multiples of them)',
    );
    const { columns, notices } = describeTable(table, { dropDependent: true });
    expect(columns.map(({ name }) => name)).toEqual(["plain", "index"]);
    expect(notices).toContain('Left out, other columns determine it: "sum".');
  });

  test("copies are found, of whole numbers and of categories by other names, too", () => {
    const count = numbers("count", rows, (random) => random.integer(50));
    const short = Array.from({ length: rows }, (_, row) => (row % 3 ? "f" : "m"));
    const long = short.map((value) => (value === "f" ? "female" : "male"));
    const twice = tableOf(count, { ...count, name: "again" });
    expect(() => describeTable(twice)).toThrow('column "again" repeats "count" in every row');
    const both = tableOf(count, text("short", short), text("long", long));
    expect(() => describeTable(both)).toThrow('column "long" repeats "short" in every row');
  });
});

test("nothing to fit is an error", () => {
  const constants = tableOf(
    numbers("a", 5, () => 1),
    text("b", new Array(5).fill("x")),
  );
  expect(() => describeTable(constants)).toThrow("no column is left to fit a density to");
  expect(() => describeTable(tableOf(normal), { given: ["plain"] })).toThrow("next to those given");
  expect(cellsOf(constants, "b")).toEqual(new Array(5).fill("x"));
});
