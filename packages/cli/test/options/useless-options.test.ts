import { DomainError } from "pushforward";
import { expect, test } from "vitest";
import { refuseUselessSizes, sizesOf, uselessSize } from "../../src/options/flow-sizes.ts";
import { flagOf, refuseOptionsOf } from "../../src/options/useless-options.ts";

test("options of the other kind of data are refused by name", () => {
  const options = { seed: 0, missing: "drop", bits: 5, flips: undefined };
  const refuse = (kind: "tables" | "images") => () =>
    refuseOptionsOf(kind, options, "d holds something else");
  expect(refuse("tables")).toThrow(DomainError);
  expect(refuse("tables")).toThrow(
    "--missing: is for tables, and d holds something else; leave it out",
  );
  expect(refuse("images")).toThrow("--bits: is for images");
  expect(() => refuseOptionsOf("tables", { keep: ["id"] }, "")).toThrow("--keep: is for tables");
  expect(() => refuseOptionsOf("images", { draws: 4 }, "")).not.toThrow();
});

test("options that were not given are not refused", () => {
  expect(() => refuseOptionsOf("tables", { seed: 0, labels: "l" }, "")).not.toThrow();
  expect(() => refuseOptionsOf("images", { columns: ["a"], classes: false }, "")).not.toThrow();
});

test("a flag is what one would type", () => {
  expect(["seed", "dropDependent", "learningRate"].map(flagOf)).toEqual([
    "--seed",
    "--drop-dependent",
    "--learning-rate",
  ]);
});

test("sizes that a flow has no use for are refused, and those that it takes are named", () => {
  const options = { levels: 2, hidden: [8], seed: 0 };
  expect(sizesOf(options)).toEqual({ levels: 2, hidden: [8] });
  expect(uselessSize(options, { levels: 3, hidden: [64] })).toBeUndefined();
  expect(() => refuseUselessSizes("nsf", options, { layers: 5, hidden: [64] })).toThrow(
    "--levels: the flow nsf has no use for it; it takes --layers, --hidden",
  );
  expect(() => refuseUselessSizes("linear", options, {})).toThrow(/it has no sizes to set$/);
});
