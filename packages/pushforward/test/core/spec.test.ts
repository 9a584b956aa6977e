import { describe, expect, test } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import { specOf } from "../../src/core/spec.ts";

test("holds what JSON holds, parts by their specs, undefined left out", () => {
  const part = { spec: specOf("network", "inner", { widths: Float64Array.of(1, 2) }) };
  const options = { a: 1, b: [true, null, "x"], c: { d: undefined, e: 2 }, part };
  expect(specOf("bijector", "outer", options)).toEqual({
    bijector: "outer",
    options: {
      a: 1,
      b: [true, null, "x"],
      c: { e: 2 },
      part: { network: "inner", options: { widths: [1, 2] } },
    },
  });
});

describe("what a model file could not give back is refused", () => {
  class Own {}
  test.each<[object, string]>([
    [{ scale: Number.NaN }, "option scale is NaN"],
    [{ bounds: [0, Infinity] }, "option bounds[1] is Infinity"],
    [{ shift: Float32Array.of(1, -Infinity) }, "option shift[1] is -Infinity"],
    [{ nested: { map: () => 1 } }, "option nested.map is a function"],
    [{ own: new Own() }, "option own is an instance of Own"],
    [{ table: new Map() }, "option table is an instance of Map"],
    [{ big: 1n }, "option big is 1"],
    [{ list: [undefined] }, "option list[0] is undefined"],
  ])("%o", (options, message) => {
    const build = () => specOf("bijector", "mine", options);
    expect(build).toThrow(DomainError);
    expect(build).toThrow(`mine: ${message}, which a model file cannot hold`);
  });
});
