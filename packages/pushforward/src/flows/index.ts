export { type CatalogEntry, flows } from "./catalog.ts";
export type { CouplingFlowOptions } from "./coupling-flow.ts";
export { nice } from "./nice.ts";
export { type NsfOptions, nsf } from "./nsf.ts";
export { realNVP } from "./real-nvp.ts";
