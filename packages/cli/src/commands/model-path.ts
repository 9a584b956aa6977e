import { basename, resolve } from "node:path";

/** Where a model is written if nothing else is asked for: the data's name, in the current folder. */
export function modelPathFor(data: string): string {
  return `${basename(resolve(data)).replace(/(\.[^.]+?)(\.gz)?$/, "")}.safetensors`;
}
