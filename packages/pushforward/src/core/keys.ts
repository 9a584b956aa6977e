import { type NDArray, random } from "../engine/index.ts";

/** Split a random key into `count` independent ones; the key is consumed. */
export function splitKey(key: NDArray, count: number): NDArray[] {
  return [...random.split(key, count)];
}
