import { DomainError, flows, imageFlows } from "pushforward";
import { describe, expect, test } from "vitest";
import { buildFlow, SMALL_TABLE, trainingOptions } from "../../src/commands/fit-settings.ts";
import { flowNames } from "../../src/program.ts";

const options = { flow: "nsf", seed: 3 } as const;

test("the command line names the library's flows", () => {
  expect([...flowNames].sort()).toEqual(Object.keys(flows).sort());
  expect(flowNames).toEqual(expect.arrayContaining(Object.keys(imageFlows)));
});

describe("small tables", () => {
  test("get a smaller flow", () => {
    const sized = flowNames.filter((name) => Object.keys(flows[name].defaults).length > 0);
    for (const flow of sized) {
      const small = buildFlow({ features: 3 }, SMALL_TABLE - 1, { ...options, flow });
      expect(small.spec).not.toEqual(
        buildFlow({ features: 3 }, SMALL_TABLE, { ...options, flow }).spec,
      );
    }
  });

  test("get weight decay and a lower rate", () => {
    expect(trainingOptions(SMALL_TABLE - 1, options)).toEqual({
      optimizer: "adamw",
      learningRate: 1e-3,
      weightDecay: 3,
      validateEvery: 10,
      seed: 3,
    });
  });

  test("larger ones get the library's defaults", () => {
    expect(trainingOptions(SMALL_TABLE, options)).toEqual({ optimizer: "adamw", seed: 3 });
    const flow = buildFlow({ features: 3 }, SMALL_TABLE, options);
    expect(flow.spec).toEqual(flows.nsf.build({ features: 3 }).spec);
  });
});

test("what is given counts, whatever the size", () => {
  const chosen = { ...options, layers: 3, hidden: [7, 7], bins: 6 };
  const flow = flows.nsf.build({ features: 2, layers: 3, hidden: [7, 7], bins: 6 });
  for (const rows of [100, 10_000]) {
    expect(buildFlow({ features: 2 }, rows, chosen).spec).toEqual(flow.spec);
    expect(
      trainingOptions(rows, { ...options, learningRate: 0.1, weightDecay: 0, steps: 5 }),
    ).toMatchObject({ learningRate: 0.1, weightDecay: 0, steps: 5 });
  }
});

test("bins belong to splines", () => {
  expect(() => buildFlow({ features: 2 }, 100, { flow: "nice", seed: 0, bins: 4 })).toThrow(
    DomainError,
  );
});

test("sizes that the flow has no use for are refused", () => {
  expect(() => buildFlow({ features: 2 }, 100, { flow: "linear", seed: 0, layers: 2 })).toThrow(
    "--layers: the flow linear has no use for it; it has no sizes to set",
  );
  expect(() => buildFlow({ features: 2 }, 100, { flow: "made", seed: 0, bins: 3 })).toThrow(
    /it takes --hidden/,
  );
});
