import { type Bijector, defineBijector, slowest, zeroLogDet } from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { DomainError, ShapeError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { refuseOwnTraining } from "../core/own-training.ts";
import { bijectorFault } from "../core/parameter-faults.ts";
import { settleBijector } from "../core/settle-parameters.ts";
import { showShape } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { inverseOrder, takeRows } from "../numerics/reorder.ts";

/** Some numbers of a vector and the bijector that they go through. */
export interface Block {
  /** Indices into the event, each in one block only. */
  indices: readonly number[];
  /** Of the shape `[indices.length]`, unconditional. */
  bijector: Bijector;
}

export interface BlockwiseOptions {
  /** Length of the vector. */
  features: number;
  /** Numbers that are in none of them stay as they are. */
  blocks: readonly Block[];
}

/**
 * Different bijectors for different numbers of a vector, side by side: `y[indices_k] = f_k(x[indices_k])`;
 * log-det `sum_k log|det f_k'|`. The preprocessing of a table's columns is one of these.
 *
 * @throws ShapeError where a bijector's shape is not its block's; DomainError for indices that are not of the
 * vector or in two blocks, and for conditional bijectors.
 */
export function blockwise({ features, blocks }: BlockwiseOptions): Bijector<Tree[]> {
  for (const [place, block] of blocks.entries()) checkBlock(block, place);
  const taken = blocks.flatMap(({ indices }) => indices);
  const bad = taken.find(
    (index, place) =>
      !Number.isInteger(index) || index < 0 || index >= features || taken.indexOf(index) !== place,
  );
  if (bad !== undefined) {
    throw new DomainError(
      `blockwise: index ${bad} is in two blocks or not from 0 to ${features - 1}; each number of the vector ` +
        "belongs to one block at most.",
    );
  }
  const left = Array.from({ length: features }, (_, index) => index).filter(
    (index) => !taken.includes(index),
  );
  const back = inverseOrder([...left, ...taken]);

  /** Features come first, so that blocks are slices. */
  const along =
    (direction: "forwardAndLogDet" | "inverseAndLogDet") =>
    (params: Tree[], x: NDArray): [NDArray, NDArray] => {
      let logDet = zeroLogDet(x);
      const columns = np.moveaxis(x, 1, 0);
      const parts = left.length > 0 ? [takeRows(columns.ref, left)] : [];
      for (const [place, { indices, bijector }] of blocks.entries()) {
        const input = np.moveaxis(takeRows(columns.ref, indices), 0, 1);
        const [output, own] = bijector[direction](params[place] as Tree, input);
        parts.push(np.moveaxis(output, 1, 0));
        logDet = logDet.add(own);
      }
      columns.dispose();
      const all = parts.length === 1 ? (parts[0] as NDArray) : np.concatenate(parts, 0);
      return [np.moveaxis(takeRows(all, back), 0, 1), logDet];
    };

  const costs = (direction: "forward" | "inverse") =>
    slowest(...blocks.map(({ bijector }) => bijector.cost[direction]));
  return defineBijector<Tree[]>({
    kind: "blockwise",
    shape: [features],
    cost: { forward: costs("forward"), inverse: costs("inverse") },
    options: { features, blocks },
    init: (key) => {
      const keys = splitKey(key, blocks.length);
      return blocks.map(({ bijector }, place) => bijector.init(keys[place] as NDArray));
    },
    forwardAndLogDet: along("forwardAndLogDet"),
    inverseAndLogDet: along("inverseAndLogDet"),
    checkParameters(params) {
      const faults = blocks.map(({ bijector }, place) =>
        bijectorFault(bijector, params, `${place}`),
      );
      const fault = faults.find(Boolean);
      return fault && `its ${fault}`;
    },
    settleParameters(params) {
      for (const [place, { bijector }] of blocks.entries())
        settleBijector(bijector, params, `${place}`);
    },
  });
}

function checkBlock({ indices, bijector }: Block, place: number): void {
  checkBijector(`blockwise: block ${place}`, bijector);
  refuseOwnTraining("blockwise", bijector);
  const { shape, condShape } = bijector;
  if (shape.length !== 1 || shape[0] !== indices.length) {
    throw new ShapeError(
      `blockwise: block ${place} has ${indices.length} indices for a bijector of shape ${showShape(shape)}; ` +
        `expected the shape [${indices.length}].`,
    );
  }
  if (condShape) {
    throw new DomainError(
      `blockwise: block ${place} has a conditional bijector (${bijector.kind}); only unconditional ones can be ` +
        "put side by side.",
    );
  }
}
