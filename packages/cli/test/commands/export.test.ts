import { expect, test } from "vitest";
import { solvingText } from "../../src/commands/export.ts";

const compared = (difference: number) => ({ draws: 64, difference });
const measured = (nats: string) =>
  `in 8 equal steps: log-densities of 64 draws differ by at most ${nats} nats from the model's, which are solved to tolerance`;

test("how exactly a file solves is said, and what to do about a large difference", () => {
  const text = (difference: number) =>
    solvingText({ steps: 8, compared: compared(difference) }, false);
  expect(text(0.0031)).toBe(measured("0.0031"));
  expect(text(0.01)).toBe(measured("0.010"));
  const advice = "; for a file that is closer to them, build the flow with more solver.steps";
  expect(text(0.25)).toBe(measured("0.25") + advice);
  expect(text(Infinity)).toBe(measured("Infinity") + advice);
});

test("why nothing was compared is said", () => {
  expect(solvingText({ steps: 1 }, true)).toMatch(
    /^in 1 equal step, .* given no context there are no draws/,
  );
  expect(solvingText({ steps: 8 }, false)).toMatch(
    /the model's solver does not come to its end for all draws$/,
  );
});
