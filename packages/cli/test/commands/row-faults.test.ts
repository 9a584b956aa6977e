import { expect, test } from "vitest";
import { countFaults } from "../../src/commands/row-faults.ts";

test("faults are counted by kind, and the first row of each is named", () => {
  const faults = countFaults();
  // As they come: column by column.
  const found = new Map([
    [4, { column: "sex", kind: "missing", value: null }],
    [1, { column: "island", kind: "missing", value: null }],
    [2, { column: "species", kind: "unseen", value: "Emperor" }],
    [3, { column: "mass", kind: "outside", value: -5 }],
  ] as const);
  faults.add(found, 10);
  faults.add(new Map([[0, { column: "mass", kind: "unseen", value: null }]] as const), 20);
  expect(faults.notices()).toEqual([
    'No score for 2 rows: a cell is missing that the model needs (first column "island", row 12).',
    'Log-density -inf for 2 rows: "Emperor" where the model has seen none such (first column "species", row 13).',
    'Log-density -inf for 1 row: -5 is outside of what the model can produce (first column "mass", row 14).',
  ]);
  expect(faults.notices("left out")).toEqual([
    '2 rows are left out: a cell is missing that the model needs (first column "island", row 12).',
    '2 rows are left out: "Emperor" where the model has seen none such (first column "species", row 13).',
    '1 row is left out: -5 is outside of what the model can produce (first column "mass", row 14).',
  ]);
});
