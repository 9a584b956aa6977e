import { EngineError } from "../../../core/errors.ts";
import { type Lowering, type LoweringTable, resultType } from "../lowering.ts";

type Ranges = readonly (readonly [number, number])[];

/** New axes at the positions `axis`, then repetition. */
const broadcast: Lowering = (builder, [x], { params }) => {
  const shape = params.shape as number[];
  const added = new Set(
    (params.axis as number[]).map((axis) => (axis + shape.length) % shape.length),
  );
  const kept =
    x.shape.length === shape.length ? [...x.shape] : insertOnes(x.shape, added, shape.length);
  return builder.expand(builder.reshape(x, kept), shape);
};

function insertOnes(shape: readonly number[], added: ReadonlySet<number>, rank: number): number[] {
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : shape[next++]));
}

/**
 * Refuse what makes an extent that follows the number of rows without being a multiple of it, such as all
 * rows but one: no program for any number of rows can hold it.
 */
function keepingRows(lowering: Lowering): Lowering {
  return (builder, inputs, node) => {
    const { batch, isSymbolic } = builder;
    for (const { shape } of node.outputs) {
      const strange = shape.some(
        (extent, axis) =>
          extent > batch / 2 &&
          !isSymbolic(extent) &&
          inputs.some((x) => isSymbolic(x.shape[axis] ?? 0)),
      );
      if (!strange) continue;
      throw new EngineError(
        `onnx: \`${node.op}\` along the rows gives a number of entries that is no multiple of theirs.`,
      );
    }
    return lowering(builder, inputs, node);
  };
}

const concatenate: Lowering = (builder, inputs, node) => {
  const type = resultType(node);
  const parts = inputs.map((x) => builder.cast(x, type));
  return builder.concat(parts, node.params.axis as number);
};

/** Rearrangements: the same entries in another shape or order. */
export const views: LoweringTable = {
  broadcast,
  concatenate: keepingRows(concatenate),
  reshape: (builder, [x], { params }) => builder.reshape(x, params.shape as number[]),
  transpose: (builder, [x], { params }) => builder.transpose(x, params.perm as number[]),
  flip: (builder, [x], { params }) => builder.flip(x, params.axis as number[]),
  shrink: keepingRows((builder, [x], { params }) => builder.slice(x, params.slice as Ranges)),
  pad: keepingRows((builder, [x], { params }) => builder.pad(x, params.width as Ranges)),
  split: keepingRows((builder, [x], { params }) =>
    builder.split(x, params.axis as number, params.sizes as number[]),
  ),
};
