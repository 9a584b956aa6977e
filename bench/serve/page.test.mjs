import { expect, test } from "vitest";
import { cases } from "./cases.mjs";
import { settingsOf } from "./measure.mjs";
import { page, quarters } from "./page.mjs";

/** @param {number} p50 */
const route = (p50) => ({ route: "/v1/log-prob", answers: 10, p50, p99: 20, slowest: 30 });

const result = {
  requests: 15,
  perSecond: 100,
  busy: 4,
  errors: { ECONNRESET: 1 },
  routes: [{ ...route(1.25), route: "all" }, route(2.5)],
  requestsPerCall: 3,
  rowsPerSecond: 1000,
  memory: [100, 100, 110, 120].map((mebibytes, second) => ({ second, mebibytes })),
  exitCode: 0,
  engine: "an engine",
  machine: "a machine",
};

test("the page has a line per case that was measured, deliberate 429s apart from errors", () => {
  const [first] = cases;
  if (!first) return expect.unreachable("there are cases");
  const text = page([{ settings: settingsOf(first, 60), result }], cases);
  const lines = text.split("\n").filter((line) => line.startsWith(`| ${first.title}`));
  expect(lines).toEqual([
    `| ${first.title} | 200 | 256 | 60 | 100 | 1,000 | 1.25 | 20 | 4 | 1 |`,
    `| ${first.title} | 3 | 100 | 100 | 110 | 120 |`,
    `| ${first.title} | \`/v1/log-prob\` | 10 | 2.5 | 20 | 30 |`,
  ]);
  expect(text).toContain("Measured on a machine; an engine.");
});

test("quarters are means", () => {
  expect(quarters([1, 3, 5, 7, 9, 11, 13, 15])).toEqual([2, 6, 10, 14]);
});
