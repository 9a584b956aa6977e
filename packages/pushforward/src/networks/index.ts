export { type Activation, type MlpOptions, mlp } from "./mlp.ts";
