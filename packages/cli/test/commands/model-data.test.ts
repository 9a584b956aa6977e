import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Model } from "pushforward";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFitData } from "../../src/commands/fit-data.ts";
import { openModelData } from "../../src/commands/model-data.ts";

let folder = "";
let path = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-model-data-"));
  path = join(folder, "grades.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = "('2', '1.10', 1.5), ('3', '2', 2.5), ('None', '3', 4.0), ('4', 'NA', 7.25)";
  await connection.run(
    `COPY (FROM (VALUES ${rows}) t(grade, id, x)) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A model that was fitted to a table with grades from 2 to 4, none, and x. */
const model = (kind: "text" | "number") =>
  ({
    shape: [5],
    columns: [],
    table: {
      fields: [
        kind === "text"
          ? { name: "grade", type: "category", kind, values: ["2", "3", "4", "None", "x"] }
          : { name: "grade", type: "number", kind },
      ],
      given: [],
    },
  }) as unknown as Model;

async function cells(kind: "text" | "number", options: object) {
  const data = await openModelData(model(kind), path, options);
  const { columns } = await data.read();
  data.close();
  return { cells: columns.map((column) => [...column.cells]), notices: data.notices };
}

test("what was text in the fit is text, whatever rows the file has; numbers are numbers", async () => {
  const grades = ["2", "3", "None", "4"];
  const { cells: asText, notices } = await cells("text", { exclude: ["id"] });
  expect(asText).toEqual([grades]);
  expect(notices.join()).not.toContain('"grade"');
  expect((await cells("text", { columns: ["id"] })).cells).toEqual([["1.10", "2", "3", "NA"]]);
  expect((await cells("number", {})).cells).toEqual([[2, 3, Number.NaN, 4]]);
});

test("text that is kept is text to the last digit, and is not told to be numbers", async () => {
  const { cells: both, notices } = await cells("number", { keep: ["id"] });
  expect(both[0]).toEqual(["1.10", "2", "3", "NA"]);
  expect(notices[0]).toBe(
    'Text of numbers is read as numbers: "grade" (--type takes a column for a category).',
  );
});

test("a fit takes text of numbers for the categories that --type says", async () => {
  const { schema, notices } = await readFitData(undefined, {
    sql: `SELECT grade, x + sqrt(i) AS x FROM '${path}', range(5) r(i)`,
    seed: 0,
    types: { grade: "category" },
  });
  expect(schema.fields[0]).toMatchObject({ kind: "text", values: ["2", "3", "4", "None"] });
  expect(notices.join()).not.toContain("Text of numbers");
});
