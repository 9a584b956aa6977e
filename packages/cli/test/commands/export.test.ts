import type { OnnxFunction, OnnxSolving } from "pushforward";
import { expect, test } from "vitest";
import { solvingText } from "../../src/commands/export.ts";

const compared = (difference: number) => ({ draws: 64, difference });
const measured = (nats: string) =>
  `in 8 equal steps: log-densities of 64 draws differ by at most ${nats} nats from the model's, which are solved to tolerance`;

const text = (
  solving: OnnxSolving,
  options: { condShape?: number[]; functions?: OnnxFunction[] },
) => solvingText(solving, options.condShape ?? null, options.functions ?? ["logProb"]);
const advice = "in the library, build the flow with more solver.steps and fit again";

test.each([
  [0.0031, measured("0.0031")],
  [0.01, measured("0.010")],
  [0.25, `${measured("0.25")}; for a file that is closer to them, ${advice}`],
])(
  "how exactly a file solves is said, and what to do about a large difference: %d",
  (difference, wanted) => {
    expect(text({ steps: 8, compared: compared(difference) }, {})).toBe(wanted);
  },
);

test("log-densities that are not finite are said to be that", () => {
  expect(text({ steps: 8, compared: { draws: 64 } }, {})).toBe(
    `in 8 equal steps some of 64 draws have no finite log-density: ${advice}`,
  );
});

test.each<[string, Parameters<typeof text>[1], RegExp]>([
  ["no context", { condShape: [1] }, /; given no context there are no draws/],
  ["no draws", {}, /; log-densities cannot be compared, for the model fails to draw or to score$/],
  [
    "no densities",
    { functions: ["decode", "sample"] },
    /^in 1 equal step, the model to tolerance$/,
  ],
])("why nothing was compared is said: %s", (_, options, wanted) => {
  expect(text({ steps: 1 }, options)).toMatch(wanted);
});
