export type { Activation } from "./activation.ts";
export { type ConcatLayer, concat } from "./concat.ts";
export { type ConcatSquashLayer, concatSquash } from "./concat-squash.ts";
export { convNet } from "./conv-net.ts";
export { type ConvResNetOptions, convResNet } from "./conv-res-net.ts";
export type { Degrees } from "./degrees.ts";
export type { FeedForwardOptions } from "./feed-forward.ts";
export { lipschitzConvNet } from "./lipschitz-conv-net.ts";
export { lipschitzMlp } from "./lipschitz-mlp.ts";
export type {
  LipschitzLayer,
  LipschitzNetworkOptions,
  LipschitzParams,
} from "./lipschitz-network.ts";
export { type MaskedMlpOptions, maskedMlp } from "./masked-mlp.ts";
export { maskedResNet } from "./masked-res-net.ts";
export { mlp } from "./mlp.ts";
export { type ResNetOptions, resNet } from "./res-net.ts";
export type { DynamicsOptions } from "./timed-network.ts";
