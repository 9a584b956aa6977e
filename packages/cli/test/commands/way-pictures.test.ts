import { expect, test } from "vitest";
import { placesOf } from "../../src/commands/way-pictures.ts";

const at = (...times: (number | undefined)[]) => times.map((time) => ({ time }));

test.each([
  ["one continuous layer: its time", at(undefined, 0.5, 1, 1.5), [0, 0.5, 1, 1.5], "time"],
  ["layers without one", at(undefined, undefined, undefined), [0, 1, 2], "layers passed"],
  [
    "a layer between two continuous ones, in 24 pieces each",
    at(undefined, 0.5, 1, undefined, 0.5),
    [0, 1 / 24, 2 / 24, 1 + 2 / 24, 1 + 3 / 24],
    "layers passed",
  ],
])("where stages are on the way: %s", (_, stages, places, placeName) => {
  const found = placesOf(stages);
  expect(found.placeName).toBe(placeName);
  found.places.forEach((place, k) => {
    expect(place).toBeCloseTo(places[k] as number, 10);
  });
});
