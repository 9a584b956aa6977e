import type { Model } from "pushforward";
import { expect, test } from "vitest";
import { subtitleOf, tablePicture } from "../../src/commands/plot-table.ts";

test.each([
  [{ source: "a/t.csv", from: { rows: 344, atRandom: false } }, 344, "344 rows of t.csv"],
  [{ source: "a/t.csv", from: { rows: 344, atRandom: false } }, 339, "339 of 344 rows of t.csv"],
  [
    { source: "t.csv", from: { rows: 47_960, atRandom: true } },
    19_995,
    "19,995 of 47,960 rows of t.csv, at random",
  ],
  [
    { source: undefined, from: { rows: 2000, atRandom: false } },
    2000,
    "2,000 samples of the model in the place of data",
  ],
])("the subtitle tells which rows are drawn: %#", (found, rows, text) => {
  expect(subtitleOf(found, rows)).toBe(text);
});

test.each(["layers", "trajectories"] as const)(
  "--what %s of a conditional model says what it needs a table for",
  async (what) => {
    const model = { condShape: [2] } as unknown as Model;
    const console = { width: 80, print: expect.unreachable, note: expect.unreachable };
    await expect(tablePicture(model, what, undefined, { seed: 0 }, console)).rejects.toThrow(
      `plot: --what ${what} needs a table, for the model is conditional: its rows are what samples are drawn given`,
    );
  },
);
