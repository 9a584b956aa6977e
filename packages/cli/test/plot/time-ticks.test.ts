import { describe, expect, test } from "vitest";
import { axis } from "../../src/plot/axis.ts";
import { type TimeScale, timeTicks } from "../../src/plot/time-ticks.ts";

const DAY = 86_400_000;
const days: TimeScale = { offset: 0, unit: DAY };
const seconds: TimeScale = { offset: 0, unit: 1000 };
const dayOf = (text: string) => Date.parse(text) / DAY;
const secondOf = (text: string) => Date.parse(text) / 1000;

function labels(scale: TimeScale, low: number, high: number, count: number) {
  const { ticks, format, shared } = timeTicks([low, high], scale, (high - low) / count);
  return [...ticks.map(format), shared];
}

test.each<[string, string, number, string[]]>([
  ["2021-02-20", "2021-03-01", 5, ["02-20", "02-22", "02-24", "02-26", "02-28", "2021"]],
  [
    "2021-12-30",
    "2022-01-03",
    4,
    ["2021-12-30", "2021-12-31", "2022-01-01", "2022-01-02", "2022-01-03", ""],
  ],
  ["2024-02-01", "2024-03-01", 5, ["02-05", "02-12", "02-19", "02-26", "2024"]],
  ["2020-11-15", "2021-04-15", 6, ["2020-12", "2021-01", "2021-02", "2021-03", "2021-04", ""]],
  ["1960-06-01", "1999-06-01", 4, ["1970", "1980", "1990", ""]],
  ["0090-01-01", "0110-01-01", 5, ["0090", "0095", "0100", "0105", "0110", ""]],
])("dates from %s to %s", (low, high, count, expected) => {
  expect(labels(days, dayOf(low), dayOf(high), count)).toEqual(expected);
});

test.each<[string, string, string[]]>([
  ["2024-05-07T06:00Z", "2024-05-07T15:00Z", ["06:00", "09:00", "12:00", "15:00", "2024-05-07"]],
  [
    "2024-05-07T23:59:30Z",
    "2024-05-07T23:59:50Z",
    ["23:59:30", "23:59:35", "23:59:40", "23:59:45", "23:59:50", "2024-05-07"],
  ],
  [
    "2024-05-07T12:00Z",
    "2024-05-09T00:00Z",
    ["05-07 12:00", "05-08 00:00", "05-08 12:00", "05-09 00:00", "2024"],
  ],
])("times from %s to %s", (low, high, expected) => {
  expect(labels(seconds, secondOf(low), secondOf(high), expected.length)).toEqual(expected);
});

test("the offset that was taken off is added again", () => {
  const offset = dayOf("2022-05-30");
  const { ticks, format } = timeTicks([-400, 400], { offset, unit: DAY }, 150);
  expect(ticks.map(format)).toEqual(["2021-07", "2022-01", "2022-07", "2023-01", "2023-07"]);
  expect(ticks).toContain(dayOf("2022-07-01") - offset);
});

test("between days there are no hours", () => {
  expect(labels(days, dayOf("2021-05-01") - 0.5, dayOf("2021-05-02") + 0.5, 10)).toEqual([
    ...["05-01", "05-02", "2021"],
  ]);
});

describe("on an axis", () => {
  const options = { length: 110, horizontal: true, fontSize: 9 };

  test.each([
    [days, dayOf("2023-12-29"), dayOf("2024-01-04"), ["2023-12-29", "2024-01-04"]],
    [seconds, -50_000, 50_000, ["1969-12-31 12:00", "1970-01-01 12:00"]],
  ])("there are two ticks where two fit, round or not: %j from %d to %d", (time, ...rest) => {
    const [low, high, expected] = rest;
    const { ticks, format, title } = axis("t", [low, high], { ...options, length: 150, time });
    expect(ticks.map(format)).toEqual(expected);
    expect(title).toBe("t");
  });

  test("a single tick is labelled in whole, without anything in the title", () => {
    const range = [dayOf("2023-12-29"), dayOf("2024-01-04")] as const;
    const { ticks, format, title } = axis("t", range, { ...options, length: 60, time: days });
    expect(ticks.map(format)).toEqual(["2024-01-01"]);
    expect(title).toBe("t");
  });

  test("what labels share is in the title, and there is always one label", () => {
    const range = [secondOf("2024-05-07T12:00Z"), secondOf("2024-05-09T00:00Z")] as const;
    expect(axis("moment", range, { ...options, length: 30, time: seconds }).ticks).toHaveLength(1);
    for (const length of [110, 500]) {
      const { ticks, title } = axis("moment", range, {
        ...options,
        length,
        titleRoom: 300,
        time: seconds,
      });
      expect(ticks.length).toBeGreaterThan(0);
      expect(title).toMatch(/^moment \(2024(-05-\d\d)?\)$/);
    }
  });

  test("numbers beyond the calendar stay numbers", () => {
    const { ticks, format } = axis("day", [-1e12, 1e12], { ...options, time: days });
    expect(ticks.map(format)).toContain("0");
  });

  test("there are no ticks between the values of a grid", () => {
    const { ticks } = axis("year", [2006.5, 2009.5], { ...options, length: 500, step: 1 });
    expect(ticks).toEqual([2007, 2008, 2009]);
  });
});
