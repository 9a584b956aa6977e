export { batchSizeFor, mapRows, type RowInput } from "./batched.ts";
export { createBreather } from "./breathe.ts";
export { type Compiled, compile } from "./compile.ts";
export * from "./jax.ts";
export { ready } from "./ready.ts";
