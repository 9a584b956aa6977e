import type { Builder, Tensor } from "../builder.ts";

/** An integer as `uint32`, on which alone ONNX shifts: casts between integers keep the lower bits. */
export function bitsOf(builder: Builder, x: Tensor): Tensor {
  return builder.cast(x, "uint32");
}

/** Move bits down; zeros come in from above. */
export function shiftRight(builder: Builder, bits: Tensor, distance: number): Tensor {
  const operands = [bits, builder.scalar(distance, "uint32")];
  return builder.op("BitShift", operands, bits.shape, "uint32", { direction: "RIGHT" });
}
