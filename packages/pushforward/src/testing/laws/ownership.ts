import { downloadParameters, layoutOf, uploadParameters } from "../../core/parameters.ts";
import { type NDArray, np, random, type Tree, tree } from "../../engine/index.ts";
import { collectArrays } from "../live-arrays.ts";
import type { MethodCall } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";

/** Rows of the calls. */
const ROWS = 4;

/**
 * An eager call consumes its arguments exactly once: input and context are gone afterwards,
 * parameters passed with `.ref` are there as before, no array made on the way is left over but the
 * outputs, and each of those has one owner.
 */
export async function checkMethodOwnership(
  subject: Subject,
  { method, rows }: Probe,
): Promise<void> {
  const { shape, condShape, context, size, condSize } = subject;
  const x = np.array(rows.slice(0, ROWS * size), { shape: [ROWS, ...shape] });
  const cond =
    context && condShape
      ? np.array(context.slice(0, ROWS * condSize), { shape: [ROWS, ...condShape] })
      : undefined;
  const consumed = { "the input": x, ...(cond && { "the context": cond }) };
  await checkOwnership(subject, method.label, consumed, (params) => method.call(params, x, cond));
}

/** {@link checkMethodOwnership}, for drawing samples: the key is consumed. */
export async function checkSamplingOwnership(
  subject: Subject,
  call: (params: Tree, key: NDArray, count: number, cond: NDArray | undefined) => NDArray[],
): Promise<void> {
  const { condShape, context, condSize, kind } = subject;
  const key = random.key(subject.seed);
  const cond =
    context && condShape
      ? np.array(context.slice(0, ROWS * condSize), { shape: [ROWS, ...condShape] })
      : undefined;
  const consumed = { "the key": key, ...(cond && { "the context": cond }) };
  await checkOwnership(subject, `${kind}, sampleAndLogProb`, consumed, (params) =>
    call(params, key, ROWS, cond),
  );
}

/** `init` consumes its key, and no array is left over but the parameters. */
export async function checkInitOwnership(subject: Subject): Promise<void> {
  const key = random.key(subject.seed);
  const { result, arrays } = collectArrays(() => subject.init(key));
  const leaves = tree.leaves(result as never) as NDArray[];
  const label = `${subject.kind}, init`;
  requireConsumed(label, { "the key": key });
  requireNoLeak(label, arrays, new Set(leaves));
  if (layoutOf(result).size > 0) await downloadParameters(result);
}

async function checkOwnership(
  { layout, params }: Subject,
  label: string,
  consumed: { [name: string]: NDArray },
  call: (params: Tree) => ReturnType<MethodCall>,
): Promise<void> {
  const tensors = uploadParameters(layout, params);
  const leaves = tree.leaves(tensors as never) as NDArray[];
  const { result, arrays } = collectArrays(() => call(tree.ref(tensors as never) as Tree));
  requireConsumed(label, consumed);
  leaves.forEach((leaf, index) => {
    if (leaf.refCount === 1) return;
    throw new Error(
      `${label}: parameter ${layout.slots[index]?.path}, passed with one ".ref", has ${leaf.refCount} ` +
        "owners after the call, limit: 1.",
    );
  });
  const outputs = new Set(result);
  requireNoLeak(label, arrays, outputs);
  for (const output of outputs) {
    const entries = result.filter((other) => other === output).length;
    if (output.refCount !== entries) {
      throw new Error(`${label}: an output has ${output.refCount} owners, limit: ${entries}.`);
    }
  }
  for (const output of result) output.dispose();
  for (const leaf of leaves) leaf.dispose();
}

function requireConsumed(label: string, consumed: { [name: string]: NDArray }): void {
  for (const [name, array] of Object.entries(consumed)) {
    if (array.refCount === 0) continue;
    throw new Error(
      `${label}: ${name} has ${array.refCount} owners after the call, limit: 0. ` +
        'Functions consume their arguments; what is not needed goes with ".dispose()".',
    );
  }
}

function requireNoLeak(label: string, made: readonly NDArray[], kept: Set<NDArray>): void {
  const leaked = made.filter((array) => array.refCount > 0 && !kept.has(array));
  const [first] = leaked;
  if (!first) return;
  throw new Error(
    `${label}: ${leaked.length} arrays made on the way are left over, limit: 0; the first has the ` +
      `shape [${first.shape.join(", ")}]. Something took ".ref" once too often, or never used a result.`,
  );
}
