import { expect, test } from "vitest";
import { type Fault, reasonOf } from "../../src/serve/schema-reason.ts";

/** What is said of a row that lacks the first of some names. */
function reason(data: object, names: readonly string[]): string {
  const properties = Object.fromEntries(names.map((name) => [name, {}]));
  return reasonOf([
    {
      keyword: "required",
      instancePath: "/rows/0",
      schemaPath: "",
      params: { missingProperty: names[0] },
      data,
      parentSchema: { properties },
    } as Fault,
  ]);
}

const keys = (count: number, last: string) =>
  Object.fromEntries(
    [...Array.from({ length: count }, (_, i) => `no-such-${i}`), last].map((key) => [key, 1]),
  );

test("a mistyped name is looked for among the first names that are not known, not among all", () => {
  const names = ["weight", "height"];
  expect(reason(keys(19, "wieght"), names)).toBe(
    '/rows/0: has "wieght", which is not known here; did you mean "weight"?',
  );
  expect(reason(keys(20, "wieght"), names)).toBe(
    '/rows/0: lacks "weight", and has "no-such-0", which is not known here',
  );
});

test("names that are known are passed over, however many", () => {
  const names = ["weight", ...Array.from({ length: 50 }, (_, i) => `v${i}`)];
  const { weight: _, ...known } = Object.fromEntries(names.map((name) => [name, 1]));
  expect(reason({ ...known, wieght: 1 }, names)).toContain('did you mean "weight"?');
});
