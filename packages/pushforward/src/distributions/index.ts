export { type MixtureOptions, type MixtureParams, mixture } from "./mixture.ts";
export { type NormalOptions, type NormalParams, normal } from "./normal.ts";
export { type TransformedOptions, transformed } from "./transformed.ts";
export { type UniformOptions, uniform } from "./uniform.ts";
