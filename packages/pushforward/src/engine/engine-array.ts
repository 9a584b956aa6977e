import { type DType, type NDArray, np } from "./jax.ts";

/** Numbers on the host, in the layout that each type has there; truth values are 0 and 1. */
export type HostData = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** An array that programs take and give, wherever its entries are. */
export class EngineArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  #content: HostData | NDArray | undefined;

  constructor(shape: readonly number[], dtype: DType, content: HostData | NDArray) {
    this.shape = shape;
    this.dtype = dtype;
    this.#content = content;
  }

  /** Entries on the host, row-major; not a copy where they are there already. */
  async data(): Promise<HostData> {
    const content = this.#alive();
    if (ArrayBuffer.isView(content)) return content;
    const values = await content.ref.data();
    return this.dtype === "bool" ? Uint8Array.from(values as Int32Array) : (values as HostData);
  }

  /** A jax-js array of the entries; the caller owns it. */
  toDevice(): NDArray {
    const content = this.#alive();
    if (!ArrayBuffer.isView(content)) return content.ref;
    if (content.length === 0) return np.zeros([...this.shape], { dtype: this.dtype });
    // A copy: jax-js may keep the buffer that it is given.
    const options = { shape: [...this.shape], dtype: this.dtype };
    if (content instanceof Uint8Array)
      return np.array(Array.from(content, Boolean)).reshape([...this.shape]);
    return np.array(content.slice(), options);
  }

  /** Free the entries; disposing again does nothing. */
  dispose(): void {
    if (this.#content && !ArrayBuffer.isView(this.#content)) this.#content.dispose();
    this.#content = undefined;
  }

  #alive(): HostData | NDArray {
    if (this.#content === undefined) throw new Error("EngineArray: used after it was disposed.");
    return this.#content;
  }
}

/** Numbers on the host as an argument of programs; they are read when a program runs. */
export function hostArray(
  data: Float32Array | Int32Array | Uint32Array,
  shape: readonly number[],
): EngineArray {
  const dtype =
    data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "uint32";
  return new EngineArray(shape, dtype as DType, data);
}

/** Arrays of programs in nested lists and plain objects. */
export type ArrayTree = EngineArray | ArrayTree[] | { [key: string]: ArrayTree };
