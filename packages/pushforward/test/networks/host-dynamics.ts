import type { ParameterLayout } from "../../src/core/parameters.ts";
import { dot } from "../bijectors/program.ts";

type Vector = readonly number[];

/** Activations in double precision. */
const activations = {
  relu: (x: number) => Math.max(x, 0),
  tanh: Math.tanh,
  silu: (x: number) => x / (1 + Math.exp(-x)),
  softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

type Entries = { readonly data: ArrayLike<number>; readonly shape: readonly number[] };
type Dense = { readonly weight: Entries; readonly bias: Entries };

const entries = ({ data }: Entries) => [...Float64Array.from(data)];

function times({ data, shape }: Entries, x: Vector): number[] {
  const [rows, columns] = shape as [number, number];
  const flat = Float64Array.from(data);
  return Array.from({ length: rows }, (_, i) =>
    dot([...flat.subarray(i * columns, (i + 1) * columns)], x),
  );
}

/** Parameters in the tree that the layout has. */
export type HostTree = object;

/** Flat parameters as a tree of numbers with their shapes. */
export function hostTree({ slots, toTree }: ParameterLayout, flat: ArrayLike<number>): HostTree {
  const all = Float64Array.from(flat);
  const leaves = slots.map(({ offset, size, shape }): Entries => {
    return { data: all.subarray(offset, offset + size), shape };
  });
  return toTree(leaves as never);
}

/** A layer without its activation, on its input and on time and context. */
const layers = {
  concat(params: HostTree, h: Vector, given: Vector): number[] {
    const { dense, condition } = params as { dense: Dense; condition: Entries };
    const [own, shift, bias] = [
      times(dense.weight, h),
      times(condition, given),
      entries(dense.bias),
    ];
    return own.map((value, i) => value + shift[i]! + bias[i]!);
  },
  concatSquash(params: HostTree, h: Vector, given: Vector): number[] {
    const parts = params as { dense: Dense; gate: Dense; shift: Entries };
    const [own, bias] = [times(parts.dense.weight, h), entries(parts.dense.bias)];
    const [gates, gateBias] = [times(parts.gate.weight, given), entries(parts.gate.bias)];
    const shift = times(parts.shift, given);
    return own.map(
      (value, i) => (value + bias[i]!) / (1 + Math.exp(-gates[i]! - gateBias[i]!)) + shift[i]!,
    );
  },
};

interface VelocityOnHost {
  readonly kind: keyof typeof layers;
  readonly activation: keyof typeof activations;
  readonly frequencies?: readonly number[];
}

/** The velocity of concat or concatSquash in double precision. */
export function velocityOnHost(
  { kind, activation, frequencies = [] }: VelocityOnHost,
  params: HostTree,
  context: Vector = [],
): (time: number, z: Vector) => number[] {
  const all = params as HostTree[];
  return (time, z) =>
    all.reduce<number[]>(
      (h, layer, depth) => {
        const y = layers[kind](layer, h, [time, ...context]);
        return depth < all.length - 1 ? y.map(activations[activation]) : y;
      },
      [
        ...z,
        ...[Math.sin, Math.cos].flatMap((wave) =>
          frequencies.flatMap((frequency) => z.map((value) => wave(frequency * value))),
        ),
      ],
    );
}
