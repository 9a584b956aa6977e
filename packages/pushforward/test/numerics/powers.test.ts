import { beforeAll, expect, test } from "vitest";
import { np, ready } from "../../src/engine/index.ts";
import { powers } from "../../src/numerics/powers.ts";

beforeAll(() => ready());

test.each([1, 2, 3, 5, 8, 15])("%d powers, up and down", async (count) => {
  const x = [0, -1.5, 0.3, 1];
  const row = () => np.array(Float32Array.from(x), { shape: [1, x.length] });
  const up = powers(row(), count, "ascending");
  const down = powers(row(), count, "descending");
  expect(up.shape).toEqual([count, x.length]);
  const [ascending, descending] = [await up.data(), await down.data()];
  for (let power = 0; power < count; power++) {
    x.forEach((value, i) => {
      const expected = Math.fround(value) ** power;
      const limit = 1e-6 * Math.max(1e-9, Math.abs(expected));
      expect(Math.abs(ascending[power * x.length + i]! - expected)).toBeLessThan(limit);
      const other = descending[(count - 1 - power) * x.length + i]!;
      expect(Math.abs(other - expected)).toBeLessThan(limit);
    });
  }
});
