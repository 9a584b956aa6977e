import {
  ArraySpec,
  type ArrayTree,
  hostArray,
  type NDArray,
  np,
  type SpecTree,
  type Tree,
  tree,
} from "../engine/index.ts";
import { ShapeError } from "./errors.ts";
import { sizeOf } from "./shape.ts";

/** Where a leaf of a parameter tree lies in the flat vector of all parameters. */
export interface ParameterSlot {
  /** Dotted path of the leaf: `"bijector.0.shift"`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The structure of a parameter tree: its leaves in order, and the way back to the tree. */
export interface ParameterLayout {
  readonly slots: readonly ParameterSlot[];
  /** Number of parameters in all. */
  readonly size: number;
  /** Put leaves, in the order of the slots, back into a tree. */
  toTree(leaves: NDArray[]): Tree;
}

/** The layout of a parameter tree, which is not consumed. */
export function layoutOf(params: Tree): ParameterLayout {
  const [leaves, structure] = tree.flatten(params as never) as unknown as [
    NDArray[],
    Parameters<typeof tree.unflatten>[0],
  ];
  const paths = leafPaths(params);
  let size = 0;
  const slots = leaves.map((leaf, index) => {
    const slot = { path: paths[index] as string, shape: leaf.shape, offset: size, size: leaf.size };
    size += slot.size;
    return slot;
  });
  return { slots, size, toTree: (arrays) => tree.unflatten(structure, arrays) as Tree };
}

function leafPaths(node: Tree, path = ""): string[] {
  if (isLeaf(node)) return [path];
  return Object.entries(node).flatMap(([key, child]) =>
    leafPaths(child, path ? `${path}.${key}` : key),
  );
}

function isLeaf(node: Tree): node is NDArray {
  return !Array.isArray(node) && Object.getPrototypeOf(node) !== Object.prototype;
}

/** All parameters as one vector; the tree is consumed. For tracing, too. */
export function flattenParameters(params: Tree): NDArray {
  const leaves = tree.leaves(params as never) as NDArray[];
  return leaves.length
    ? np.concatenate(
        leaves.map((leaf) => leaf.ravel()),
        0,
      )
    : np.zeros([0]);
}

/** The leaves that a flat vector holds; it is consumed. For tracing, too. */
export function splitParameters(layout: ParameterLayout, flat: NDArray): NDArray[] {
  if (layout.slots.length === 0) {
    flat.dispose();
    return [];
  }
  const ends = layout.slots.slice(1).map(({ offset }) => offset);
  return np
    .split(flat, ends, 0)
    .map((piece, index) => piece.reshape([...layout.slots[index].shape]));
}

/** Parameters on the host, as one vector. The tree is consumed. */
export async function downloadParameters(params: Tree): Promise<Float32Array> {
  const flat = flattenParameters(params);
  if (flat.size > 0) return (await flat.data()) as Float32Array;
  flat.dispose();
  return new Float32Array(0);
}

/**
 * A parameter tree on the device from a flat vector on the host.
 *
 * @throws ShapeError when the vector has another length than the layout.
 */
export function uploadParameters(layout: ParameterLayout, flat: Float32Array): Tree {
  if (flat.length !== layout.size) {
    throw new ShapeError(
      `parameters: got ${flat.length} numbers, expected ${layout.size}. Are they of another flow?`,
    );
  }
  return layout.toTree(
    layout.slots.map(({ offset, shape }) =>
      np.array(flat.slice(offset, offset + sizeOf(shape)), { shape: [...shape] }),
    ),
  );
}

/** The shapes of a parameter tree, for a program that takes one. */
export function parameterSpecs(layout: ParameterLayout): SpecTree {
  return layout.toTree(layout.slots.map(({ shape }) => new ArraySpec(shape)) as never) as never;
}

/** A parameter tree as an argument of programs, from a flat vector on the host. */
export function parameterArguments(layout: ParameterLayout, flat: Float32Array): ArrayTree {
  const leaves = layout.slots.map(({ offset, size, shape }) =>
    hostArray(flat.slice(offset, offset + size), shape),
  );
  return layout.toTree(leaves as never) as never;
}

/** Parameters on the host: numbers with their shape where the device has arrays. */
export type HostTree = HostParameter | HostTree[] | { [key: string]: HostTree };

export type HostParameter = { readonly data: Float32Array; readonly shape: readonly number[] };

/** A parameter tree on the host from a flat vector. */
export function hostParameters(layout: ParameterLayout, flat: Float32Array): HostTree {
  const leaves = layout.slots.map(
    ({ offset, size, shape }): HostParameter => ({
      data: flat.subarray(offset, offset + size),
      shape,
    }),
  );
  return layout.toTree(leaves as never) as never;
}

/** The part of a parameter tree at a dotted path, `""` for all of it; shared, not consumed. */
export function parametersAt(params: Tree, path: string): Tree {
  const keys = path === "" ? [] : path.split(".");
  return keys.reduce((node, key) => (node as { [key: string]: Tree })[key] as Tree, params);
}
