import { expect, test } from "vitest";
import { fitGaussian } from "../../src/baselines.ts";
import { fit } from "../../src/fit.ts";
import { realNVP } from "../../src/flows/index.ts";
import { load } from "../../src/model/load.ts";
import type { Model } from "../../src/model/model.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import {
  describeTable,
  encodeTable,
  fitTable,
  sampleTable,
  scoreTable,
  selectRows,
  type Table,
  type TableColumn,
} from "../../src/tables/index.ts";
import { cellsOf } from "./support.ts";

const rows = 120;

/** What a random column's cells are, and what samples of it must be. */
interface Kind {
  cell(random: ReturnType<typeof hostRandom>): number | string;
  obeys(cell: number | string): boolean;
}

const isWhole = (cell: number | string) => Number.isInteger(cell);

const kinds: Record<string, Kind> = {
  real: { cell: (random) => 100 + 5 * random.normal(), obeys: () => true },
  heavy: { cell: (random) => random.normal() / (0.05 + random.uniform()), obeys: () => true },
  positive: { cell: (random) => Math.exp(random.normal()), obeys: (cell) => Number(cell) >= 0 },
  zeros: { cell: (random) => Math.max(0, random.normal()), obeys: (cell) => Number(cell) >= 0 },
  share: {
    cell: (random) => random.uniform(),
    obeys: (cell) => Number(cell) >= 0 && Number(cell) <= 1,
  },
  stars: {
    cell: (random) => 1 + random.integer(4),
    obeys: (cell) => isWhole(cell) && Number(cell) >= 1 && Number(cell) <= 4,
  },
  count: {
    cell: (random) => random.integer(60),
    obeys: (cell) => isWhole(cell) && Number(cell) >= 0,
  },
  price: {
    cell: (random) => Math.round(100 * random.uniform()) / 10,
    obeys: (cell) => Math.abs(10 * Number(cell) - Math.round(10 * Number(cell))) < 1e-9,
  },
  "wind direction": {
    cell: (random) => (360 * random.uniform() + 100) % 360,
    obeys: (cell) => Number(cell) >= 0 && Number(cell) < 360,
  },
  flag: {
    cell: (random) => (random.uniform() < 0.3 ? "yes" : "no"),
    obeys: (cell) => ["yes", "no"].includes(String(cell)),
  },
  colour: {
    cell: (random) => ["red", "green", "blue", "grün"][random.integer(4)] as string,
    obeys: (cell) => ["red", "green", "blue", "grün"].includes(String(cell)),
  },
};

/** A table of some kinds of columns at random, with gaps in some. */
function randomTable(seed: number): { table: Table; gaps: Set<string> } {
  const random = hostRandom(seed);
  const names = Object.keys(kinds);
  const order = [...random.shuffle(names.length)].slice(0, 2 + random.integer(5));
  const gaps = new Set<string>();
  const columns = order.map((index): TableColumn => {
    const name = names[index] as string;
    const share = random.uniform() < 0.4 ? 0.1 : 0;
    const cells = Array.from({ length: rows }, () => {
      const cell = (kinds[name] as Kind).cell(random);
      return random.uniform() < share ? null : cell;
    });
    if (cells.includes(null)) gaps.add(name);
    const isText = cells.some((cell) => typeof cell === "string");
    return isText
      ? { name, kind: "text", cells: cells as (string | null)[] }
      : {
          name,
          kind: "number",
          cells: Float64Array.from(cells, (cell) => Number(cell ?? Number.NaN)),
        };
  });
  return { table: { rows, columns }, gaps };
}

/** With no more training than makes the preprocessing: what is drawn must obey it whatever the flow is. */
const settings = { missing: "model", dropDependent: true, steps: 2, validateEvery: 1 } as const;

test.each(Array.from({ length: 8 }, (_, seed) => seed))(
  "samples of a table of mixed columns obey types and bounds, and their scores are finite (seed %i)",
  async (seed) => {
    const { table, gaps } = randomTable(seed);
    const model = await fitTable((sizes) => realNVP({ ...sizes, layers: 2, hidden: [8] }), table, {
      ...settings,
      seed,
    });
    const drawn = await sampleTable(model, 200, { seed });
    expect(drawn.columns.map(({ name, kind }) => [name, kind])).toEqual(
      table.columns.map(({ name, kind }) => [name, kind]),
    );
    for (const { name } of table.columns) {
      const cells = cellsOf(drawn, name);
      const kind = kinds[name] as Kind;
      const wrong = cells.filter((cell) => (cell === null ? !gaps.has(name) : !kind.obeys(cell)));
      expect(wrong, name).toEqual([]);
    }
    // A combination of gaps that no row had has no density; all else has.
    const { logProb, faults } = await scoreTable(model, drawn);
    expect(
      [...faults.values()].every((fault) => fault.value === null && gaps.has(fault.column)),
    ).toBe(true);
    expect(logProb.filter((value, row) => !faults.has(row) && !Number.isFinite(value))).toEqual(
      new Float64Array(0),
    );
    const own = await scoreTable(model, table);
    expect(own.faults.size).toBe(0);
    expect(own.logProb.every(Number.isFinite)).toBe(true);
    // What a row gets depends on the row alone, gaps included.
    const [first, second] = (await scoreTable(model, selectRows(table, [70, 3]))).logProb;
    expect(first).toBeCloseTo(own.logProb[70] as number, 3);
    expect(second).toBeCloseTo(own.logProb[3] as number, 3);
    await expectSameAfterSaving(model, table, own.logProb);
  },
);

async function expectSameAfterSaving(model: Model, table: Table, scores: Float64Array) {
  model.calibrate(scores);
  const again = await load(await model.toBytes());
  expect(again.table).toEqual(model.table);
  expect((await scoreTable(again, table)).logProb).toEqual(scores);
  expect(again.tailProbability(scores)).toEqual(model.tailProbability(scores));
}

test("numbers that a schema makes may be alike: categories and gaps that imply each other", async () => {
  const country = Array.from(
    { length: 90 },
    (_, row) => ["Japan", "France", "Germany"][row % 3] as string,
  );
  const currency = country.map((name) => (name === "Japan" ? "JPY" : "EUR"));
  const sex = country.map((_, row) => (row % 10 === 0 ? null : row % 2 ? "f" : "m"));
  const mass = Float64Array.from(country, (_, row) =>
    row % 10 === 0 ? Number.NaN : Math.sin(row),
  );
  const table: Table = {
    rows: 90,
    columns: [
      { name: "country", kind: "text", cells: country },
      { name: "currency", kind: "text", cells: currency },
      { name: "mass", kind: "number", cells: mass },
      { name: "sex", kind: "text", cells: sex },
    ],
  };
  const model = await fitTable(
    (sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }),
    table,
    settings,
  );
  expect((await scoreTable(model, table)).logProb.every(Number.isFinite)).toBe(true);
  // What a damaged file says of columns is refused when it is read.
  const text = new TextDecoder("latin1").decode(await model.toBytes());
  for (const [from, to] of [
    ['\\"values\\":[\\"EUR', '\\"valued\\":[\\"EUR'],
    ['\\"kind\\":\\"histogram', '\\"kind\\":\\"histogran'],
  ] as const) {
    expect(text).toContain(from);
    const bytes = Uint8Array.from(text.replace(from, to), (letter) => letter.charCodeAt(0));
    await expect(load(bytes)).rejects.toThrow(/damaged/);
  }
});

test("a number beyond the ends of its column has no density, and its column is named", async () => {
  const random = hostRandom(4);
  const age = Float64Array.from({ length: 100 }, () => 20 * Math.exp(0.3 * random.normal()));
  const stars = Float64Array.from({ length: 100 }, () => 1 + random.integer(5));
  const tableWith = (ages: Float64Array, levels: Float64Array): Table => ({
    rows: ages.length,
    columns: [
      { name: "age", kind: "number", cells: ages },
      { name: "stars", kind: "number", cells: levels },
    ],
  });
  const model = await fitTable(
    (sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }),
    tableWith(age, stars),
    settings,
  );
  const odd = tableWith(Float64Array.of(20, -0.01, 20, 20), Float64Array.of(3, 3, 6, 0));
  const { logProb, faults } = await scoreTable(model, odd);
  expect(logProb[0]).toBeGreaterThan(-20);
  expect([...logProb.subarray(1)]).toEqual([-Infinity, -Infinity, -Infinity]);
  expect([...faults.values()]).toEqual([
    { column: "age", kind: "outside", value: -0.01 },
    { column: "stars", kind: "outside", value: 6 },
    { column: "stars", kind: "outside", value: 0 },
  ]);
});

test("columns with the same gaps, one of them given, have flags of their own and come back from a file", async () => {
  const random = hostRandom(6);
  const lacking = (row: number) => row % 5 === 0;
  const cells = () =>
    Float64Array.from({ length: 100 }, (_, row) => (lacking(row) ? Number.NaN : random.normal()));
  const table: Table = {
    rows: 100,
    columns: ["a", "b", "c"].map((name) => ({ name, kind: "number", cells: cells() })),
  };
  for (const given of ["a", "b"]) {
    const model = await fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), table, {
      ...settings,
      given: [given],
    });
    const again = await load(await model.toBytes());
    expect(again.table).toEqual(model.table);
    const drawn = await sampleTable(again, 50, { given: { [given]: null } });
    expect(drawn.columns.map(({ name }) => name).sort()).toEqual(["a", "b", "c"]);
    expect((await scoreTable(again, table)).logProb.every(Number.isFinite)).toBe(true);
  }
});

test("of two columns with the same gaps, the one that lacks a cell is named", async () => {
  const column = (name: string, phase: number): TableColumn => ({
    name,
    kind: "number",
    cells: Float64Array.from({ length: 60 }, (_, row) =>
      row % 6 === 0 ? Number.NaN : Math.sin(row * row + phase),
    ),
  });
  const model = await fitTable(
    (sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }),
    { rows: 60, columns: [column("a", 0), column("b", 1)] },
    settings,
  );
  for (const [a, b, name] of [
    [Number.NaN, 0.2, "a"],
    [0.2, Number.NaN, "b"],
  ] as const) {
    const odd: Table = {
      rows: 1,
      columns: [
        { name: "a", kind: "number", cells: Float64Array.of(a) },
        { name: "b", kind: "number", cells: Float64Array.of(b) },
      ],
    };
    const { faults } = await scoreTable(model, odd);
    expect(faults.get(0)).toEqual({ column: name, kind: "unseen", value: null });
  }
});

test("rows of no density count in tail probabilities", async () => {
  const { table } = randomTable(0);
  const model = await fitTable(
    (sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }),
    table,
    settings,
  );
  model.calibrate([-Infinity, -3, -2, Number.NaN]);
  expect([...model.tailProbability([-Infinity, -2.5, 0])]).toEqual([2 / 4, 3 / 4, 4 / 4]);
});

test("a category that only held-out rows have is no reason to refuse the others", async () => {
  const grade = Array.from(
    { length: 60 },
    (_, row) => (row === 7 ? "once" : ["a", "b"][row % 2]) as string,
  );
  const x = Float64Array.from(grade, (_, row) => Math.sin(row * row));
  const table: Table = {
    rows: 60,
    columns: [
      { name: "grade", kind: "text", cells: grade },
      { name: "x", kind: "number", cells: x },
    ],
  };
  const { schema, columns } = describeTable(table);
  const { data, shape } = encodeTable(schema, columns, table);
  const rest = {
    data: data.filter((_, i) => Math.floor(i / shape[1]) !== 7),
    shape: [59, shape[1]],
  };
  const shared = { columns, table: schema, dequantize: "none" } as const;
  const model = await fit(realNVP({ features: 4, layers: 1, hidden: [4] }), rest, {
    ...shared,
    steps: 2,
  });
  expect((await scoreTable(model, table)).logProb.every(Number.isFinite)).toBe(true);
  const gaussian = await fitGaussian(rest, shared);
  expect((await scoreTable(gaussian, table)).logProb.every(Number.isFinite)).toBe(true);
});

test("the probabilities of all cells of a table sum to one: scores average over the cells", async () => {
  const random = hostRandom(11, 3);
  const dice = Float64Array.from(
    { length: 400 },
    () => (random.integer(3) + random.integer(3)) / 2,
  );
  const flags = Array.from(dice, (value) => (random.uniform() < value / 3 ? "yes" : "no"));
  const table: Table = {
    rows: 400,
    columns: [
      { name: "dice", kind: "number", cells: dice },
      { name: "flag", kind: "text", cells: flags },
    ],
  };
  const model = await fitTable(
    ({ features }) => realNVP({ features, layers: 2, hidden: [8] }),
    table,
    {
      ...{ types: { dice: { type: "bounded", low: 0, high: 2 } }, steps: 100, seed: 0 },
    },
  );
  const values = [0, 0.5, 1, 1.5, 2].flatMap((value) => [value, value]);
  const all: Table = {
    rows: values.length,
    columns: [
      { name: "dice", kind: "number", cells: Float64Array.from(values) },
      { name: "flag", kind: "text", cells: values.map((_, i) => (i % 2 ? "yes" : "no")) },
    ],
  };
  const sumWith = async (draws: number) => {
    const { logProb } = await scoreTable(model, all, { draws });
    // Densities, of steps of one half.
    return logProb.reduce((sum, score) => sum + Math.exp(score) / 2, 0);
  };
  expect(Math.abs((await sumWith(8)) - 1)).toBeLessThan(0.03);
  expect(Math.abs((await sumWith(256)) - 1)).toBeLessThan(0.005);
});
