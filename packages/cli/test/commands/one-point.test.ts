import type { Model } from "pushforward";
import { expect, test } from "vitest";
import { trainsOnOnePoint } from "../../src/commands/one-point.ts";
import { tableTrainingPicture } from "../../src/commands/training-picture.ts";

const history = [{ step: 1, train: 2, validation: 3 }];
const model = (columns: object[], field: object = {}) =>
  ({
    flowName: "nsf",
    columns,
    table: { fields: [{ type: "number", name: "x", kind: "number", ...field }], given: [] },
    history,
  }) as unknown as Model;

test.each([
  ["a number", model([{}]), false],
  ["a number on a grid or a category", model([{}, { step: 1 }]), true],
  ["a number with gaps", model([{}], { standIn: [0, 1] }), true],
])("%s: training bounds the scores: %s", (_, of, bounds) => {
  expect(trainsOnOnePoint(of)).toBe(bounds);
  const [picture] = tableTrainingPicture(of).parts;
  expect(picture?.includes("While training: upper bounds")).toBe(bounds);
});
