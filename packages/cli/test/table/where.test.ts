import type { Field, Table } from "pushforward/tables";
import { expect, test } from "vitest";
import { parseWhere, rowsWhere } from "../../src/table/where.ts";

const fields: Field[] = [
  { type: "category", name: "species", kind: "text", values: ["Adelie", "Gentoo", null] },
  { type: "number", name: "body mass", kind: "number" },
  { type: "number", name: "day", kind: "date" },
  { type: "category", name: "who's", kind: "text", values: ["it's", "and", "AND"] },
  { type: "number", name: "mass(kg)", kind: "number" },
  { type: "category", name: "code", kind: "number", values: [1, 2, 3] },
  { type: "category", name: "constructor", kind: "text", values: ["toString", "no"] },
  { type: "constant", name: "site", kind: "text", value: "HQ" },
  { type: "constant", name: "since", kind: "date", value: 19_000 },
];

const table: Table = {
  rows: 4,
  columns: [
    { name: "species", kind: "text", cells: ["Adelie", "Gentoo", null, "Gentoo"] },
    { name: "body mass", kind: "number", cells: Float64Array.of(3700, 5000, 4000, Number.NaN) },
    { name: "day", kind: "date", cells: Float64Array.of(0, 19_000, 19_001, 19_002) },
    { name: "who's", kind: "text", cells: ["it's", "and", "AND", "and"] },
    { name: "code", kind: "number", cells: Float64Array.of(1, 2, 3, 2) },
    { name: "mass(kg)", kind: "number", cells: Float64Array.of(1, 5, 4, 2) },
    { name: "constructor", kind: "text", cells: ["no", "toString", "no", "no"] },
    { name: "site", kind: "text", cells: ["HQ", "HQ", "HQ", "HQ"] },
    { name: "since", kind: "date", cells: Float64Array.of(19_000, 19_000, 19_000, 19_000) },
  ],
};

test.each([
  ["species = 'gentoo'", [1, 3]],
  ["species != Adelie", [1, 3]],
  [`"body mass" >= 4000`, [1, 2]],
  [`species == "Gentoo" AND "body mass" < 6e3`, [1]],
  ["day > 2022-01-08", [2, 3]],
  ["day = '1970-01-01'", [0]],
  [`"who's" = 'it''s'`, [0]],
  [`"who's" = 'AND'`, [2]],
  ["code = 2 and species = Gentoo", [1, 3]],
  ["species in (adelie, 'Gentoo') and code != 2", [0]],
  ["code not in (1, 3)", [1, 3]],
  ["code in(2)", [1, 3]],
  ["species is null", [2]],
  ['species IS NOT NULL and "body mass" is null', [3]],
  ['code = 1 or "body mass" = 4000', [0, 2]],
  ["code = 1 or code = 2 and species = Adelie", [0]],
  ["(code = 1 or code = 2) and species = Gentoo", [1, 3]],
  ["code = 3 or (day > 2022-01-08 and (code = 2 or code = 1))", [2, 3]],
  ["mass(kg)>=2 and code!=3", [1, 3]],
  ["constructor = toString", [1]],
  ["constructor in (no) and code != 2", [0, 2]],
  ["site in ('hq', 'X') and code = 1", [0]],
  ["since > 2022-01-07 and code = 1", [0]],
  [`${"(".repeat(100)}code = 1${")".repeat(100)}`, [0]],
] as [string, number[]][])("%s", (text, rows) => {
  expect(rowsWhere(table, parseWhere(text, fields))).toEqual(rows);
});

test.each([
  ["species", /cannot read "species"; write conditions such as/],
  ["species = Gentoo and", /--where: it ends where a condition is expected; write conditions/],
  ["", /it ends where a condition is expected/],
  ["(", /it ends where a condition is expected/],
  ["mass(kg) toString 5", /cannot read "mass\(kg\) toString 5"/],
  ["mass(kg) '=' 5", /cannot read "mass\(kg\) '=' 5"/],
  ["specis = Gentoo", /no column "specis", did you mean "species"; it has/],
  ["species -> 'A'", /cannot read "species -> 'A'"; .* with and, or, in \(\.\.\.\), is null/],
  ["species like 'A'", /there is no "like"; use =, !=, in \(\.\.\.\) or not in \(\.\.\.\)/],
  ["code = 1 and species NOT ILIKE 'A'", /there is no "ilike"; use =, !=, in/],
  ["code between 1 and 2", /there is no "between"; use >= and <=/],
  ["not species = 'Adelie'", /cannot begin with "not"; use !=, not in \(\.\.\.\) or is not null/],
  ["code = 1 and not (code = 2)", /cannot begin with "not"/],
  ["(code = 1", /a parenthesis is not closed: "\(code = 1"; write a \) where it ends/],
  ["code = 1 or (code = 2 and (code = 3)", /not closed: "\(code = 2 and \(code = 3\)"/],
  ["code in (1, 2", /not closed: "\(1, 2"/],
  ["(code = 1 (", /cannot read "code = 1 \("/],
  ["species = null", /"species" is never "null"; for missing cells use is null, for the others is/],
  [
    "mass(kg) != NULL",
    /"mass\(kg\)" is a number, and "NULL" is none; for missing cells use is nul/,
  ],
  ["site = null", /"site" is never "null"; for missing cells use is null/],
  ["code in (1, null)", /"code" is never "null"; for missing cells use is null/],
  [
    'mass(kg) > "body mass"',
    /and "body mass" is none; a condition compares a column with a value, and "body mass" is a column/,
  ],
  ["species = code", /never "code"; a condition compares a column with a value, and "code" is a/],
  ["code = 1)", /cannot read "code = 1\)"/],
  ["code in 1, 2", /cannot read/],
  ["code = 2 or", /it ends where a condition is expected/],
  ["code in (1, 7)", /"code" is never "7"/],
  ["mass > 3", /no column "mass"; it has "species", "body mass"/],
  [
    "species > 'a'",
    /"species" is a category; =, !=, in, not in, is null and is not null make sense/,
  ],
  ["site > 'A'", /"site" is a category; =, !=/],
  ["species = hail", /"species" is never "hail"; it is one of "Adelie", "Gentoo"/],
  [`"who's" = 'And'`, /is never "And"/],
  [`"body mass" > heavy`, /"body mass" is a number, and "heavy" is none/],
  ["day < tomorrow", /"day" is a date, and "tomorrow" is none/],
])("%s is refused", (text, message) => {
  expect(() => parseWhere(text, fields)).toThrow(message);
});

test("parentheses are nested a hundred deep at most", () => {
  const nested = (depth: number) => `${"(".repeat(depth)}code = 1${")".repeat(depth)}`;
  expect(() => parseWhere(nested(101), fields)).toThrow("parentheses lie more than 100 deep");
  expect(() => parseWhere("(".repeat(20_000), fields)).toThrow("more than 100 deep");
});
