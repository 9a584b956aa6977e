import type { Builder, Tensor } from "../builder.ts";
import { entries } from "../graph.ts";
import type { Lowering } from "../lowering.ts";
import { binary } from "./arithmetic.ts";
import { bitsOf, shiftRight } from "./bits.ts";

/** By how much each round rotates, in two groups of four that take turns. */
const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** What the two words of the key are combined with to make a third. */
const PARITY = 0x1bd11bda;

/**
 * Random bits from a counter: Threefry-2x32 with 20 rounds of the words 0 and place in the array, for
 * each key of a batch; the first or the second word of the result, or both combined.
 *
 * Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011).
 */
export const randomBits: Lowering = (builder, [first, second], node) => {
  const [{ shape }] = node.outputs;
  const perKey = shape.slice(first.shape.length);
  const ones = perKey.map(() => 1);
  const [key0, key1] = [first, second].map((key) =>
    builder.cast(builder.reshape(key, [...key.shape, ...ones]), "int32"),
  );
  const counter = builder.cast(builder.range(entries(perKey)), "int32");
  const words = threefry(builder, [key0, key1], builder.reshape(counter, perKey));
  const mode = node.params.mode as "xor" | 0 | 1;
  const word = mode === "xor" ? binary(builder, "BitwiseXor", ...words) : words[mode];
  return builder.cast(bitsOf(builder, word), "int64");
};

/** In `int32`, for which alone of the 32-bit types ONNX Runtime has sums; they wrap around. */
function threefry(builder: Builder, [key0, key1]: Tensor[], counter: Tensor): [Tensor, Tensor] {
  const add = (x: Tensor, y: Tensor) => binary(builder, "Add", x, y);
  const xor = (x: Tensor, y: Tensor) => binary(builder, "BitwiseXor", x, y);
  const number = (value: number) => builder.scalar(value, "int32");
  const keys = [key0, key1, xor(xor(key0, key1), number(PARITY))];
  let [x0, x1] = [key0, add(counter, key1)];
  for (let group = 1; group <= 5; group++) {
    for (const distance of ROTATIONS[(group - 1) % 2]) {
      x0 = add(x0, x1);
      x1 = xor(rotate(builder, x1, distance), x0);
    }
    x0 = add(x0, keys[group % 3]);
    x1 = add(x1, add(keys[(group + 1) % 3], number(group)));
  }
  return [x0, x1];
}

/** Rotate 32 bits to the left. Products and sums take half the time of shifts and unions. */
function rotate(builder: Builder, x: Tensor, distance: number): Tensor {
  const left = binary(builder, "Mul", x, builder.scalar(2 ** distance, "int32"));
  const right = shiftRight(builder, bitsOf(builder, x), 32 - distance);
  return binary(builder, "Add", left, builder.cast(right, "int32"));
}
