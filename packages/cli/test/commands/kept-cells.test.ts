import { DomainError } from "pushforward";
import { expect, test } from "vitest";
import { imputeCommand } from "../../src/commands/impute.ts";
import { refuseUnwritten } from "../../src/commands/kept-cells.ts";

const keep = ["id"];

test("columns are not kept for rows that are not written", async () => {
  expect(() => refuseUnwritten({ keep, json: true })).toThrow(DomainError);
  const attempt = imputeCommand("m.safetensors", "t.csv", { keep, json: true, draws: 1, seed: 0 });
  await expect(attempt).rejects.toThrow("name a file for them with --out");
});

test("columns are kept for rows in a file, on standard output or in the JSON", () => {
  refuseUnwritten({ keep, json: true, out: "t.csv" });
  refuseUnwritten({ keep });
  refuseUnwritten({ json: true });
  refuseUnwritten({ keep, json: true }, true);
});
