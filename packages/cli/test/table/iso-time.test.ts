import { expect, test } from "vitest";
import { isoTime } from "../../src/table/iso-time.ts";

test("dates are whole days since 1970", () => {
  const dates = ["1970-01-01", "1969-12-31", "2024-02-29", "0050-01-01", "+012345-01-01"];
  expect(dates.map((text) => isoTime(text, "date"))).toEqual([0, -1, 19_782, -701_265, 3_789_391]);
});

test("times are seconds since 1970, of UTC where no zone is given", () => {
  const noon = 19_782 * 86_400 + 12 * 3600;
  const times: [string, number][] = [
    ["2024-02-29", noon - 12 * 3600],
    ["2024-02-29T12:00", noon],
    ["2024-02-29 12:00:00", noon],
    ["2024-02-29T12:00:00Z", noon],
    ["2024-02-29T13:00:00+01:00", noon],
    ["2024-02-29T06:30:00-0530", noon],
    ["2024-02-29 14:00:00+02", noon],
    ["2024-02-29T12:00:01.25", noon + 1.25],
    ["1969-12-31T23:59:59.5", -0.5],
  ];
  for (const [text, seconds] of times) expect(isoTime(text, "timestamp"), text).toBe(seconds);
});

test("what is no ISO date, or in no calendar, is null", () => {
  const neither = ["", "5", "2021", "2021-3-7", "March 7 2021", " 2021-03-07", "2021-03-07\n"];
  const days = ["2021-02-29", "2021-13-01", "2021-00-10", "-000000-01-01", "+999999-01-01"];
  for (const text of [...neither, ...days]) {
    expect(isoTime(text, "date"), text).toBeNull();
    expect(isoTime(text, "timestamp"), text).toBeNull();
  }
  expect(isoTime("2021-03-07T00:00", "date")).toBeNull();
  for (const time of ["T24:00", "T12:60", "T12:00:60", "T12", "T12:00+25", "T12:00 UTC", "Z"]) {
    expect(isoTime(`2021-03-07${time}`, "timestamp"), time).toBeNull();
  }
});
