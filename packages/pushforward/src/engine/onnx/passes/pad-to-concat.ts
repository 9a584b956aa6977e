import {
  type Graph,
  literal,
  type Node,
  node,
  type Operand,
  producersOf,
  rewrite,
  sameExtents,
  useCounts,
  type Variable,
  variable,
} from "../graph.ts";

type Range = readonly [number, number];

/** A piece of a sum: `value` lies in `[start, end)` of the axis and zeros around it. */
interface Piece {
  readonly value: Operand;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Write sums of arrays padded along one axis as a concatenation: that is what the gradients of slices
 * add up to. Pieces that touch each other are joined, gaps become zeros; pieces that overlap stay sums.
 */
export function joinPads(graph: Graph): Graph {
  const producers = producersOf(graph);
  const uses = useCounts(graph);
  const inner = new Set<Operand>();
  for (const each of graph.nodes) {
    if (each.op !== "add") continue;
    for (const input of each.inputs) if (uses.get(input) === 1) inner.add(input);
  }
  // Sums are looked at from their outermost addition; the rewriting itself must see old operands.
  const sums = new Map<Variable, Piece[]>();
  for (const each of graph.nodes) {
    if (each.op !== "add" || inner.has(each.outputs[0])) continue;
    const pieces = piecesOf(each.outputs[0], producers, uses);
    if (pieces && pieces.length > 1) sums.set(each.outputs[0], pieces);
  }
  return rewrite(graph, (each, add, current) => {
    const pieces = sums
      .get(each.outputs[0])
      ?.map((piece) => ({ ...piece, value: current(piece.value) }));
    return pieces && [concatenated(pieces, each.outputs[0], add)];
  });
}

/** The terms of a sum, in order, if all of them are pads along one axis that do not overlap. */
function piecesOf(
  sum: Operand,
  producers: ReadonlyMap<Operand, Node>,
  uses: ReadonlyMap<Operand, number>,
): Piece[] | undefined {
  const pieces: Piece[] = [];
  const collect = (operand: Operand, isRoot: boolean): boolean => {
    const made = producers.get(operand);
    if (made?.op === "add" && (isRoot || uses.get(operand) === 1)) {
      if (!made.inputs.every((input) => sameExtents(input.shape, operand.shape))) return false;
      return made.inputs.every((input) => collect(input, false));
    }
    const piece = made?.op === "pad" ? pieceOf(made) : undefined;
    if (piece) pieces.push(piece);
    return piece !== undefined;
  };
  if (!collect(sum, true)) return undefined;
  pieces.sort((a, b) => a.start - b.start);
  const disjoint = pieces.every(
    ({ axis, start }, index) =>
      axis === pieces[0].axis && (index === 0 || start >= pieces[index - 1].end),
  );
  return disjoint ? pieces : undefined;
}

function pieceOf({ inputs: [value], params, outputs: [output] }: Node): Piece | undefined {
  const width = params.width as Range[];
  const padded = width.flatMap(([before, after], axis) => (before + after > 0 ? [axis] : []));
  if (padded.length !== 1) return undefined;
  const [axis] = padded;
  const [start, after] = width[axis];
  return { value, axis, start, end: output.shape[axis] - after };
}

function concatenated(
  pieces: readonly Piece[],
  output: Variable,
  add: (made: Node) => Variable,
): Operand {
  const [{ axis }] = pieces;
  const parts: Operand[] = [];
  let at = 0;
  const fill = (to: number) => {
    if (to > at) parts.push(zeros(output.shape.toSpliced(axis, 1, to - at), output, add));
  };
  for (const { value, start, end } of pieces) {
    fill(start);
    parts.push(value);
    at = end;
  }
  fill(output.shape[axis]);
  return add(node("concatenate", parts, { axis }, variable(output.shape, output.dtype)));
}

function zeros(
  shape: readonly number[],
  { dtype }: Variable,
  add: (made: Node) => Variable,
): Operand {
  const axis = shape.map((_, index) => index);
  return add(node("broadcast", [literal(0, dtype)], { shape, axis }, variable(shape, dtype)));
}
