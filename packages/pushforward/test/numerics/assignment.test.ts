import { describe, expect, test } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import { assign } from "../../src/numerics/assignment.ts";
import { type HostRandom, hostRandom } from "../../src/numerics/host-random.ts";
import { leastAssignment, totalCost } from "../support/assignments.ts";

const kinds: Record<string, (source: HostRandom) => number> = {
  "normal, of both signs": (source) => source.normal(),
  "few values, so that many are equal": (source) => Math.floor(3 * source.uniform()),
  "all the same": () => -2,
  "of sizes far apart": (source) => 10 ** (12 * source.uniform() - 6),
};

describe.each(Object.entries(kinds))("costs %s", (_, draw) => {
  test.each([1, 2, 3, 4, 5, 6])("n = %d: as little as the least of all", (n) => {
    const source = hostRandom(n);
    for (let repeat = 0; repeat < 20; repeat++) {
      const cost = Float64Array.from({ length: n * n }, () => draw(source));
      const columns = [...assign(cost, n)];
      expect(columns.toSorted()).toEqual(Array.from({ length: n }, (_, j) => j));
      const [found, least] = [totalCost(cost, columns), totalCost(cost, leastAssignment(cost, n))];
      expect(found).toBeCloseTo(least, 9);
    }
  });
});

test("on a line, the order of the ends is that of the starts", () => {
  const n = 200;
  const source = hostRandom(1);
  const places = () => Array.from({ length: n }, () => source.normal());
  const [rows, columns] = [places(), places()];
  const cost = Float64Array.from({ length: n * n }, (_, at) => {
    return (rows[Math.floor(at / n)]! - columns[at % n]!) ** 2;
  });
  const ranks = (values: number[]) => values.map((x) => values.filter((y) => y < x).length);
  const found = assign(cost, n);
  const [rowRanks, columnRanks] = [ranks(rows), ranks(columns)];
  rowRanks.forEach((rank, row) => {
    expect(columnRanks[found[row]!]).toBe(rank);
  });
});

test.each([Number.NaN, Infinity, -Infinity, 1e308])("a cost of %d is refused", (value) => {
  for (const at of [0, 4, 8]) {
    const cost = new Float64Array(9).fill(1);
    cost[at] = value;
    const find = () => assign(cost, 3);
    expect(find).toThrow(DomainError);
    const [row, column] = [Math.floor(at / 3), at % 3];
    expect(find).toThrow(`assign: the cost of row ${row} and column ${column} must be`);
  }
});
