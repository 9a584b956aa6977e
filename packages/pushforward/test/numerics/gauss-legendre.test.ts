import { expect, test } from "vitest";
import { gaussLegendre } from "../../src/numerics/gauss-legendre.ts";

test("three nodes are those of the textbook", () => {
  const { nodes, weights } = gaussLegendre(3);
  [-Math.sqrt(0.6), 0, Math.sqrt(0.6)].forEach((node, i) => {
    expect(nodes[i]).toBeCloseTo((1 + node) / 2, 14);
  });
  [5 / 18, 8 / 18, 5 / 18].forEach((weight, i) => {
    expect(weights[i]).toBeCloseTo(weight, 14);
  });
});

test.each([1, 2, 5, 16, 33, 64])("%d nodes: exact up to degree 2n - 1, and no further", (count) => {
  const { nodes, weights } = gaussLegendre(count);
  const mean = (power: number) =>
    nodes.reduce((sum, node, i) => sum + weights[i]! * (2 * node - 1) ** power, 0);
  for (let power = 0; power < 2 * count; power++) {
    expect(mean(power)).toBeCloseTo(power % 2 ? 0 : 1 / (power + 1), 13);
  }
  if (count <= 5) expect(Math.abs(mean(2 * count) - 1 / (2 * count + 1))).toBeGreaterThan(1e-4);
});
