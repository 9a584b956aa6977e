export type { FileArray } from "./array-file.ts";
export { decodeIdx } from "./idx.ts";
export { decodeNpy, encodeNpy, type NpyHeader, readNpyHeader } from "./npy.ts";
export { type Factories, rebuild } from "./rebuild.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type FileContents,
  type FileTensor,
  type TensorData,
  type TensorDtype,
} from "./safetensors.ts";
