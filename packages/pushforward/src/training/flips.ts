import type { HostRows } from "../core/rows.ts";
import type { Shape } from "../core/shape.ts";
import type { HostRandom } from "../numerics/host-random.ts";

/** Mirror each image left to right with probability 1/2, in place. `shape` is `[channels, height, width]`. */
export function flipSome({ data, count, size }: HostRows, shape: Shape, random: HostRandom): void {
  const width = shape.at(-1) as number;
  for (let image = 0; image < count; image++) {
    if (random.uniform() < 0.5) continue;
    for (let line = image * size; line < (image + 1) * size; line += width) {
      data.subarray(line, line + width).reverse();
    }
  }
}
