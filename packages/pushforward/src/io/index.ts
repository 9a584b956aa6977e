export { type Factories, rebuild } from "./rebuild.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type FileContents,
  type FileTensor,
  type TensorData,
  type TensorDtype,
} from "./safetensors.ts";
