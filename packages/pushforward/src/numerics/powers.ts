import { type NDArray, np } from "../engine/index.ts";

/**
 * The powers of a row, `[1, n] -> [count, n]`, from `x^0` up to `x^(count - 1)` or down from there;
 * consumes. By repeated squaring: `log2(count)` products, with as little rounding.
 */
export function powers(x: NDArray, count: number, order: "ascending" | "descending"): NDArray {
  let rows = np.onesLike(x.ref);
  let factor = x;
  let length = 1;
  for (; length < count; length *= 2) {
    const higher = rows.ref.mul(factor.ref);
    rows = np.concatenate(order === "ascending" ? [rows, higher] : [higher, rows], 0);
    factor = np.square(factor);
  }
  factor.dispose();
  if (length === count) return rows;
  return rows.slice(order === "ascending" ? [0, count] : [length - count, length]);
}
