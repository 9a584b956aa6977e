export type { AutoregressiveFlowOptions, Between } from "./autoregressive-flow.ts";
export { type CatalogEntry, type CatalogOptions, type CatalogSizes, flows } from "./catalog.ts";
export type { ConditionerOptions } from "./conditioner.ts";
export type { CouplingFlowOptions, Partition } from "./coupling-flow.ts";
export type { FlowOptions } from "./flow-options.ts";
export { glow } from "./glow.ts";
export { iaf, type MafOptions, maf } from "./maf.ts";
export { nice } from "./nice.ts";
export {
  type NsfAutoregressiveOptions,
  type NsfOptions,
  nsf,
  nsfAutoregressive,
} from "./nsf.ts";
export { realNVP } from "./real-nvp.ts";
