import { EngineError } from "../../core/errors.ts";
import { ArraySpec, type SpecTree } from "../array-spec.ts";
import type { HostData } from "../engine-array.ts";
import { type DType, makeJaxpr, type NDArray, type Tree, tree } from "../jax.ts";
import { compareTraces } from "./any-rows.ts";
import {
  type Constant,
  type Graph,
  literal,
  type Node,
  type Operand,
  type Variable,
  variable,
} from "./graph.ts";

/** A traced program and how its flat list of results becomes the tree that the function returns. */
export interface Trace {
  readonly graph: Graph;
  /** Whether it is the same program for every number of rows. */
  readonly anyRows: boolean;
  toTree<T>(leaves: T[]): unknown;
}

/** What jax-js' tracer returns, as far as it is read here. */
interface Jaxpr {
  readonly inBinders: readonly JaxprAtom[];
  readonly eqns: readonly JaxprEquation[];
  readonly outs: readonly JaxprAtom[];
  flatten(): Jaxpr;
  simplify(): Jaxpr;
}

interface JaxprAtom {
  readonly aval: { readonly shape: readonly number[]; readonly dtype: DType };
  /** Literals only. */
  readonly value?: number;
}

interface JaxprEquation {
  readonly primitive: string;
  readonly inputs: readonly JaxprAtom[];
  readonly params: Record<string, unknown>;
  readonly outBinders: readonly JaxprAtom[];
}

/** Stands for the shape of an argument; what jax-js' tracer wants to know of one. */
class AbstractArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly weakType = false;

  constructor(shape: readonly number[], dtype: DType) {
    this.shape = shape;
    this.dtype = dtype;
  }
}

/**
 * Numbers that stand for the number of rows while tracing: primes, so that extents that are multiples
 * of one are so because of the rows.
 */
const PRIMES = [1021, 1019, 1013, 1009];

/**
 * Trace a function for any number of rows: the number is `batch` while tracing, and what is a multiple of
 * it afterwards grows with the rows. A second trace tells whether that is all that the number does; where
 * a fixed number is a multiple of the prime by chance, another prime takes its place.
 *
 * @param batch the prime to try first.
 * @throws EngineError when no prime will do.
 */
export async function trace(
  fn: (...args: never[]) => Tree,
  specs: readonly SpecTree[],
  batch = PRIMES[0],
): Promise<Trace> {
  const result = await traceAt(fn, specs, batch);
  if (!specLeaves(specs).some(({ shape }) => shape.includes("n"))) return result;
  let known = result;
  for (const prime of PRIMES.filter((each) => each !== batch)) {
    const next = await traceAt(fn, specs, prime);
    const verdict = compareTraces(known.graph, next.graph);
    if (verdict === "same") return { ...known, anyRows: true };
    if (verdict === "different") return { ...known, anyRows: false };
    known = next;
  }
  throw new EngineError(
    `onnx: the program has extents that are multiples of ${PRIMES.join(", ")} each; take others.`,
  );
}

/** Trace a function once, with `batch` for the number of rows; whether that is right for any is not asked. */
export async function traceAt(
  fn: (...args: never[]) => Tree,
  specs: readonly SpecTree[],
  batch: number,
): Promise<Trace> {
  const args = specs.map((spec) => mapSpecs(spec, (leaf) => abstract(leaf, batch)));
  const { jaxpr: closed, treedef } = makeJaxpr(fn as never)(...(args as never)) as unknown as {
    jaxpr: { jaxpr: Jaxpr; consts: NDArray[] };
    treedef: Parameters<typeof tree.unflatten>[0];
  };
  const constants: HostData[] = [];
  for (const array of closed.consts) constants.push(hostData(await array.data(), array.dtype));
  return {
    graph: toGraph(closed.jaxpr.flatten().simplify(), constants, batch),
    anyRows: true,
    toTree: (leaves) => tree.unflatten(treedef, leaves),
  };
}

/** The leaves of the specs in the order in which a traced program takes them. */
export function specLeaves(specs: readonly SpecTree[]): ArraySpec[] {
  return tree.leaves(specs as never) as unknown as ArraySpec[];
}

function mapSpecs<T>(spec: SpecTree, map: (leaf: ArraySpec) => T): unknown {
  if (spec instanceof ArraySpec) return map(spec);
  if (Array.isArray(spec)) return spec.map((child) => mapSpecs(child, map));
  return Object.fromEntries(
    Object.entries(spec).map(([key, child]) => [key, mapSpecs(child, map)]),
  );
}

function abstract({ shape, dtype }: ArraySpec, batch: number): AbstractArray {
  return new AbstractArray(
    shape.map((extent) => (extent === "n" ? batch : extent)),
    dtype,
  );
}

function hostData(data: ArrayLike<number>, dtype: DType): HostData {
  return dtype === "bool" ? Uint8Array.from(data) : (data as HostData);
}

function toGraph(jaxpr: Jaxpr, constants: readonly HostData[], batch: number): Graph {
  const operands = new Map<JaxprAtom, Operand>();
  const define = (atom: JaxprAtom): Variable => {
    const made = variable(atom.aval.shape, atom.aval.dtype);
    operands.set(atom, made);
    return made;
  };
  const read = (atom: JaxprAtom): Operand =>
    operands.get(atom) ?? literal(Number(atom.value), atom.aval.dtype);
  constants.forEach((data, index) => {
    const atom = jaxpr.inBinders[index];
    const { shape, dtype } = atom.aval;
    operands.set(atom, { kind: "constant", shape, dtype, data } satisfies Constant);
  });
  const inputs = jaxpr.inBinders.slice(constants.length).map(define);
  const nodes: Node[] = jaxpr.eqns.map(({ primitive, inputs: atoms, params, outBinders }) => ({
    op: primitive,
    inputs: atoms.map(read),
    params,
    outputs: outBinders.map(define),
  }));
  return { inputs, nodes, outputs: jaxpr.outs.map(read), batch };
}
