import { expect, test } from "vitest";
import { reportLines } from "../../src/commands/check.ts";

const item = (name: string, value: number, message: string) => ({
  name,
  value,
  limit: 0.01,
  ok: value <= 0.01,
  message,
});
const passing = item("round trip", 0.001, "there and back");
const failing = item("integral", 0.5, "distance of the integral from 1");

test("explanations stand beside the measurements where all of them fit", () => {
  const lines = reportLines({ ok: true, items: [passing] }, 80, String);
  expect(lines[1]).toMatch(/^round trip .* ok {2}there and back$/);
  expect(lines.at(-1)).toBe("all checks passed");
});

test("else below, no line wider than the terminal", () => {
  const lines = reportLines({ ok: false, items: [passing, failing] }, 42, (text) => text);
  expect(lines[1]).toMatch(/ ok$/);
  expect(lines[2]).toBe("  there and back");
  expect(lines[3]).toMatch(/^integral .* FAILED$/);
  expect(lines[4]).toBe("  distance of the integral from 1");
  expect(lines.at(-1)).toBe("1 of 2 checks failed");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
});
