import { DomainError, flows } from "pushforward";
import { normal } from "pushforward/distributions";
import { describe, expect, test } from "vitest";

describe.each(Object.entries(flows))("%s", (name, { build, defaults }) => {
  test.each([undefined, 0, -2, 1.5, Number.NaN])("refuses %d features in its name", (features) => {
    const bad = () => build({ features } as never);
    expect(bad).toThrow(DomainError);
    expect(bad).toThrow(`${name}: features must be a positive integer, got ${features}`);
  });

  test("refuses an option that there is not", () => {
    const bad = () => build({ features: 2, layer: 3 } as never);
    expect(bad).toThrow(`${name}: there is no option "layer". There are: features, context, `);
  });

  test("an option that is undefined has its default", () => {
    const options = {
      features: 2,
      context: undefined,
      layers: undefined,
      hidden: undefined,
      activation: undefined,
      bins: undefined,
      bound: undefined,
    };
    expect(build(options).spec).toEqual(build({ features: 2 }).spec);
  });

  test("the sizes listed as defaults are its defaults", () => {
    const { hidden, ...sizes } = defaults;
    const listed = { features: 2, ...sizes, ...(hidden && { hidden: [...hidden] }) };
    expect(build(listed).spec).toEqual(build({ features: 2 }).spec);
    for (const [name, value] of Object.entries(changed(listed))) {
      expect(build({ ...listed, [name]: value }).spec, name).not.toEqual(build(listed).spec);
    }
  });
});

/** Other sizes than those given. */
function changed({ layers, hidden, bins }: { layers?: number; hidden?: number[]; bins?: number }) {
  return {
    ...(layers && { layers: layers + 1 }),
    ...(hidden && { hidden: [7] }),
    ...(bins && { bins: bins + 1 }),
  };
}

test("made and cdf have neither layers nor another base", () => {
  for (const { build } of [flows.made, flows.cdf]) {
    for (const option of [{ layers: 2 }, { base: normal({ shape: [2] }) }]) {
      expect(() => build({ features: 2, ...option })).toThrow("there is no option");
    }
  }
});
