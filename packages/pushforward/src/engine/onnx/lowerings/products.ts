import type { Lowering, LoweringTable } from "../lowering.ts";

/** `[...batch, m, k]` times `[...batch, k, n]`. */
const matmul: Lowering = (builder, [x, y], { outputs: [{ shape }] }) =>
  builder.op("MatMul", [x, y], shape, x.type);

/** `alpha a' b' + bias` of matrices, `a'` and `b'` transposed where the node says so. */
const gemm: Lowering = (builder, inputs, { params, outputs: [{ shape }] }) =>
  builder.op("Gemm", inputs, shape, inputs[0].type, {
    transA: params.transA ? 1 : 0,
    transB: params.transB ? 1 : 0,
  });

/** Matrix products, as the pass `dots` leaves them. */
export const products: LoweringTable = { matmul, gemm };
