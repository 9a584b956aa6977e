import type { Samples } from "pushforward";
import { stretched } from "../images/pixel-depth.ts";
import type { Table } from "../plot/index.ts";
import type { ImageModel } from "./image-model.ts";

/** Images of a model as pictures are drawn from: values from 0 to 255. */
export function shownImages(
  { high }: ImageModel,
  { data, shape }: Pick<Samples, "shape"> & { data: ArrayLike<number> },
): Table {
  return { data: stretched(data, high), shape };
}
