import { InvalidArgumentError } from "commander";
import { DomainError, type EngineChoice, fit, nice } from "pushforward";
import { describe, expect, test } from "vitest";
import {
  engineName,
  exportable,
  fileOrStandardOutput,
  functionNames,
  names,
  notNegative,
  pictureFile,
  positive,
  share,
  wholeNumber,
  widths,
} from "../../src/options/parsers.ts";

const rows = Array.from({ length: 20 }, (_, row) => [Math.sin(row * row), Math.cos(row)]);

describe("names", () => {
  test.each([
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    [" a , b c ", ["a", "b c"]],
    ['"a, b",c', ["a, b", "c"]],
    ['"say ""x""",c', ['say "x"', "c"]],
    ["Length (mm),a", ["Length (mm)", "a"]],
  ])("%s", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test("add up over several options", () => {
    expect(names("c", names("a,b"))).toEqual(["a", "b", "c"]);
  });

  test.each(["", " ", "a,,b", ","])("refuse %j", (text) => {
    expect(() => names(text)).toThrow(InvalidArgumentError);
  });
});

describe("what the library knows is what the options take", () => {
  /** Whether `fit` takes the name: rows that are none stop it before the engine starts. */
  async function isEngine(name: string): Promise<boolean> {
    const run = fit(nice({ features: 2 }), [], { engine: name as EngineChoice });
    return !((await run.then(null, (error) => error)) instanceof DomainError);
  }

  test.each(["auto", "onnx", "onnx:cpu", "onnx:cuda", "jax", "jax:wasm", "jax:webgpu", "jax:cpu"])(
    "engine %s",
    async (name) => {
      expect(await isEngine(name)).toBe(true);
      expect(engineName(name)).toBe(name);
    },
  );

  test.each(["torch", "", "auto:cpu", "onnx:", "onnx:a:b", "jax:", "jax:cuda", "ONNX", " jax"])(
    "no engine %j",
    async (name) => {
      expect(await isEngine(name)).toBe(false);
      expect(() => engineName(name)).toThrow(InvalidArgumentError);
    },
  );

  test("functions", async () => {
    expect(functionNames("sample, logProb,sample")).toEqual(["sample", "logProb"]);
    for (const text of ["", "logprob", "logProb,", "logProb sample"]) {
      expect(() => functionNames(text)).toThrow(InvalidArgumentError);
    }
    const model = await fit(nice({ features: 2, layers: 1, hidden: [2] }), rows, { steps: 1 });
    const error: Error = await model.toOnnx("none" as never).then(String, (reason) => reason);
    expect(error.message).toContain(`Take ${exportable.join(", ")}.`);
  });
});

test.each([
  [() => wholeNumber(1)("0")],
  [() => wholeNumber(1)("1.5")],
  [() => wholeNumber(0)("")],
  [() => wholeNumber(1, 8)("9")],
  [() => wholeNumber(0)("ten")],
  [() => positive("0")],
  [() => positive("-1")],
  [() => positive("fast")],
  [() => notNegative("-1")],
  [() => notNegative("")],
  [() => share("1")],
  [() => share("-0.1")],
  [() => share("")],
  [() => widths("64,")],
  [() => pictureFile("density.pdf")],
])("%s is refused", (parse) => {
  expect(parse).toThrow(InvalidArgumentError);
});

test("what is fine is read", () => {
  expect(wholeNumber(0)("0")).toBe(0);
  expect(wholeNumber(1)("1e3")).toBe(1000);
  expect(wholeNumber(1, 8)("8")).toBe(8);
  expect(positive("1e-3")).toBe(0.001);
  expect(notNegative("0")).toBe(0);
  expect(share("0")).toBe(0);
  expect(widths("64,32")).toEqual([64, 32]);
  expect(pictureFile("a.PNG")).toBe("a.PNG");
});

test("a file to write is none where it is standard output", () => {
  expect(["s.csv", "-", "-s"].map(fileOrStandardOutput)).toEqual(["s.csv", "", "-s"]);
});
