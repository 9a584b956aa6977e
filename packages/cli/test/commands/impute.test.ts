import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, realNVP } from "pushforward";
import { fitTable, type Table } from "pushforward/tables";
import { expect, test } from "vitest";
import { imputeCommand, noticesOn } from "../../src/commands/impute.ts";

test("rows whose filled cells mean little are counted, and the first of them named", () => {
  const sizes = new Map([
    [3, 200],
    [6, 4.5],
    [8, 0],
    [9, 7],
    [11, 0],
  ]);
  expect(noticesOn(sizes)).toEqual([
    "2 rows of 5 with gaps (first row 9): what is there has no density; the imputed cells mean nothing.",
    "2 rows of 5 with gaps (first row 7): what is there is unlike the model's draws, and the imputed cells are rough.",
  ]);
  expect(noticesOn(new Map([[0, 50]]))).toEqual([]);
});

test("a row with a gap and a category that the model has never seen is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-impute-"));
  try {
    const [model, data] = [join(folder, "m.safetensors"), join(folder, "t.csv")];
    const training: Table = {
      rows: 60,
      columns: [
        {
          name: "x",
          kind: "number",
          cells: Float64Array.from({ length: 60 }, (_, i) => Math.sin(i)),
        },
        {
          name: "c",
          kind: "text",
          cells: Array.from({ length: 60 }, (_, i) => "abc".charAt(i % 3)),
        },
      ],
    };
    const build = (sizes: { features: number }) => realNVP({ ...sizes, layers: 1, hidden: [4] });
    const fitted = await fitTable(build, training, { steps: 2 });
    await fitted.save(model);
    fitted.dispose();
    writeFileSync(data, "x,c\n0.5,a\n0.1,unseen\n,unseen\n");
    const impute = imputeCommand(model, data, { draws: 1, seed: 0, out: join(folder, "o.csv") });
    await expect(impute).rejects.toThrow(DataError);
    await expect(impute).rejects.toThrow(/row 3, column "c": "unseen" is a value that the model/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
