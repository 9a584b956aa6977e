import {
  type Bijector,
  type Direction,
  defineBijector,
  discard,
  layersOf,
  slowest,
} from "../core/bijector.ts";
import { checkBijector } from "../core/check-part.ts";
import { ConditionError, DomainError, ShapeError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { sameShape, showShape } from "../core/shape.ts";
import { type NDArray, settle, type Tree, tree } from "../engine/index.ts";

/**
 * The composition of bijectors, first to last on the way from base to data:
 * `forward(x) = f_n(... f_1(x))`; log-determinants add up.
 *
 * The context, if any member takes one, goes to each member that does.
 *
 * @throws ShapeError when there is no member or their event shapes differ; ConditionError when
 * their context shapes do.
 */
export function chain({ bijectors }: { bijectors: readonly Bijector[] }): Bijector<Tree[]> {
  const { shape, condShape } = checkMembers(bijectors);
  const forward = bijectors.map((_, index) => index);
  const order = { forward, inverse: forward.toReversed() };

  /** Send `x` through the members in one direction. */
  function apply(direction: Direction, params: Tree[], x: NDArray, cond: NDArray | undefined) {
    let value = x;
    let total: NDArray | undefined;
    for (const index of order[direction]) {
      const member = bijectors[index] as Bijector;
      const memberCond = member.condShape ? cond?.ref : undefined;
      const [next, logDet] = member[`${direction}AndLogDet`](
        params[index] as Tree,
        value,
        memberCond,
      );
      value = next;
      total = total ? total.add(logDet) : logDet;
    }
    discard(cond);
    return [value, total as NDArray] as [NDArray, NDArray];
  }

  /** Initialise each member on what the members before it make of the data. */
  function initFromData(
    params: Tree[],
    x: NDArray,
    cond: NDArray | undefined,
    direction: Direction,
  ): Tree[] {
    const result = [...params];
    let value = x;
    const last = order[direction].findLastIndex((index) => bijectors[index]?.initFromData);
    for (const index of order[direction].slice(0, last + 1)) {
      const member = bijectors[index] as Bijector;
      const memberCond = () => (member.condShape ? cond?.ref : undefined);
      const start = params[index] as Tree;
      const ready = member.initFromData?.(start, value.ref, memberCond(), direction) ?? start;
      result[index] = ready;
      const [next, logDet] = member[`${direction}AndLogDet`](tree.ref(ready), value, memberCond());
      value = next;
      logDet.dispose();
      settle(value);
    }
    discard(value, cond);
    return result;
  }

  return defineBijector<Tree[]>({
    kind: "chain",
    shape,
    condShape,
    cost: {
      forward: slowest(...bijectors.map(({ cost }) => cost.forward)),
      inverse: slowest(...bijectors.map(({ cost }) => cost.inverse)),
    },
    options: { bijectors },
    init(key) {
      const keys = splitKey(key, bijectors.length);
      return bijectors.map((member, index) => member.init(keys[index] as NDArray));
    },
    forwardAndLogDet: (params, x, cond) => apply("forward", params, x, cond),
    inverseAndLogDet: (params, y, cond) => apply("inverse", params, y, cond),
    ...(bijectors.some((member) => member.initFromData) && { initFromData }),
    integers: bijectors.at(-1)?.integers,
    scales: bijectors[0]?.scales,
    layers: (path) =>
      bijectors.flatMap((member, index) =>
        layersOf(member, path ? `${path}.${index}` : `${index}`),
      ),
  });
}

function checkMembers(bijectors: readonly Bijector[]) {
  if (!Array.isArray(bijectors)) {
    throw new DomainError("chain: give a list of bijectors, chain({ bijectors: [...] }).");
  }
  for (const bijector of bijectors) checkBijector("chain", bijector);
  const first = bijectors[0];
  if (!first) throw new ShapeError("chain: got no bijectors, expected at least one.");
  let condShape = first.condShape;
  for (const { kind, shape, condShape: memberCondShape } of bijectors) {
    if (!sameShape(shape, first.shape)) {
      throw new ShapeError(
        `chain: ${kind} has the event shape ${showShape(shape)}, but ${first.kind} before it has ` +
          `${showShape(first.shape)}. All members of a chain share one event shape.`,
      );
    }
    if (condShape && memberCondShape && !sameShape(condShape, memberCondShape)) {
      throw new ConditionError(
        `chain: ${kind} takes a context of shape ${showShape(memberCondShape)}, another member one ` +
          `of ${showShape(condShape)}. All members that take a context take the same.`,
      );
    }
    condShape ??= memberCondShape;
  }
  return { shape: first.shape, condShape };
}
