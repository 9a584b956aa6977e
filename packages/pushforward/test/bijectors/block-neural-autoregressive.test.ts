import { beforeAll, expect, test } from "vitest";
import { blockNeuralAutoregressive } from "../../src/bijectors/index.ts";
import { np, random, ready, type Tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { apply } from "./host.ts";
import { type Matrix, matrixOf } from "./matrices.ts";
import { dot, relativeError } from "./program.ts";

beforeAll(() => ready());

interface Layer {
  below: Matrix;
  diagonal: Matrix[];
  logScale: number[];
  bias: number[];
}

interface Params {
  layers: Layer[];
  context: Matrix;
  gate: number[];
}

const [d, blockSize, conditions] = [4, 3, 2];
const widths = [1, blockSize, blockSize, 1];
const layer = blockNeuralAutoregressive({
  ...{ shape: [d], condShape: [conditions], blockSize, hiddenLayers: 2 },
});
const source = hostRandom(5);
const draw = (rows: number, columns: number, size: number) =>
  matrixOf(rows, columns, () => Math.fround(size * source.normal()));
const vectorOf = (length: number, size: number) => draw(1, length, size)[0]!;

function drawParams(size: number): Params {
  const layers = widths.slice(1).map((outputs, depth) => {
    const inputs = widths[depth]!;
    return {
      below: draw(d * outputs, d * inputs, size),
      diagonal: Array.from({ length: d }, () => draw(outputs, inputs, size)),
      logScale: vectorOf(d * outputs, size),
      bias: vectorOf(d * outputs, size),
    };
  });
  return { layers, context: draw(d * blockSize, conditions, size), gate: vectorOf(d, 2 * size) };
}

const arraysOf = ({ layers, context, gate }: Params): Tree => ({
  layers: layers.map(({ below, diagonal, logScale, bias }) => ({
    below: np.array(below as number[][]),
    diagonal: np.array(diagonal as number[][][]),
    logScale: np.array(logScale),
    bias: np.array(bias),
  })),
  context: np.array(context as number[][]),
  gate: np.array(gate),
});

const bounded = (u: number) => Math.exp(u / (1 + Math.abs(u) / 5));
const tanhs = Array.from({ length: blockSize }, (_, k) => (blockSize - 1 - 2 * k) / 2);
const steepness = blockSize / 6;
const readout = 1 / tanhs.reduce((sum, z) => sum + steepness / Math.cosh(z) ** 2, 0);

/** Section 3.1 to 3.3, unit by unit, in double precision. */
function reference({ layers, context, gate }: Params, x: readonly number[], given: number[]) {
  let values = [...x];
  for (const [depth, { below, diagonal, logScale, bias }] of layers.entries()) {
    const isLast = depth === layers.length - 1;
    const [outputs, inputs] = [diagonal[0]!.length, diagonal[0]![0]!.length];
    const sums = below.map((free, row) => {
      const own = Math.floor(row / outputs);
      const weights = free.map((weight, column) => {
        const other = Math.floor(column / inputs);
        if (other > own) return 0;
        return other < own ? weight : bounded(diagonal[own]![row % outputs]![column % inputs]!);
      });
      const start = depth > 0 ? readout * Math.sqrt(blockSize) : 1;
      const length = bounded(logScale[row]!) * start * (isLast ? 1 : steepness);
      const offset = bias[row]! + (isLast ? 0 : tanhs[row % outputs]!);
      const fromContext = depth === 0 ? dot(context[row]!, given) : 0;
      return (length * dot(weights, values)) / Math.hypot(...weights) + offset + fromContext;
    });
    values = isLast ? sums : sums.map(Math.tanh);
  }
  const keep = gate.map((logit) => 1e-3 + 0.999 / (1 + Math.exp(logit)));
  return values.map((f, i) => keep[i]! * x[i]! + (1 - keep[i]!) * f);
}

/** From differences of the values alone. */
function logDetOf(params: Params, x: readonly number[], given: number[]): number {
  const step = 1e-5;
  const slopes = x.map((at, i) => {
    const [above, below] = [at + step, at - step].map((moved) =>
      reference(params, x.with(i, moved), given),
    );
    return (above![i]! - below![i]!) / (2 * step);
  });
  return slopes.reduce((sum, slope) => sum + Math.log(slope), 0);
}

test.each([0.5, 2])("parameters of size %d: values, log-determinants and inverse", async (size) => {
  const params = drawParams(size);
  const [rows, given] = [draw(40, d, 2), draw(40, conditions, 1)];
  const forward = await apply(layer, "forward", arraysOf(params), rows, given);
  const inverse = await apply(layer, "inverse", arraysOf(params), forward.y, given);
  rows.forEach((x, row) => {
    const [y, context] = [forward.y[row]!, given[row]!];
    expect(relativeError(reference(params, x, context), x, y)).toBeLessThan(1e-6);
    const again = reference(params, inverse.y[row]!, context);
    expect(relativeError(y, x, again)).toBeLessThan(1e-6);
    // Four logarithms, each off by up to 1.2e-5.
    const logDet = logDetOf(params, x, context);
    expect(Math.abs(forward.logDet[row]! - logDet)).toBeLessThan(5e-5);
    expect(Math.abs(inverse.logDet[row]! + logDet)).toBeLessThan(1e-4);
    // Where a slope is 1e-3, float32 knows y, but not x.
    if (size < 1) expect(relativeError(x, y, inverse.y[row]!)).toBeLessThan(2e-6);
  });
});

test("onto all numbers, whatever the gates", async () => {
  const params = { ...drawParams(1), gate: [-60, 0, 8, 60] };
  const keep = [1, 0.5005, 1e-3 + 0.999 / (1 + Math.exp(8)), 1e-3];
  const rows = [-1e20, -1e4, 1e4, 1e20].map((far) => new Array<number>(d).fill(far));
  const given = rows.map(() => [1, -1]);
  const inverse = await apply(layer, "inverse", arraysOf(params), rows, given);
  const forward = await apply(layer, "forward", arraysOf(params), inverse.y, given);
  const logDet = keep.reduce((sum, slope) => sum + Math.log(slope), 0);
  rows.forEach((y, row) => {
    expect(relativeError(y, y, forward.y[row]!)).toBeLessThan(1e-6);
    expect(forward.logDet[row]).toBeCloseTo(logDet, 2);
    if (Math.abs(y[0]!) < 1e10) return;
    for (const [i, x] of inverse.y[row]!.entries())
      expect(x / (y[i]! / keep[i]!)).toBeCloseTo(1, 3);
  });
});

test("starts as nearly the identity, with dimensions apart", async () => {
  const start = blockNeuralAutoregressive({ shape: [2] });
  const rows = [-2, -1.1, -0.4, 0, 0.7, 1.5, 2].map((x) => [x, -x]);
  const { y, logDet } = await apply(start, "forward", start.init(random.key(1)), rows);
  rows.forEach((x, row) => {
    for (const [i, value] of x.entries()) expect(Math.abs(y[row]![i]! - value)).toBeLessThan(0.01);
    expect(Math.abs(logDet[row]!)).toBeLessThan(0.02);
  });
});

test.each([
  [
    () => blockNeuralAutoregressive({ shape: [3], blockSize: 0 }),
    "blockNeuralAutoregressive: blockSize must be a positive integer, got 0.",
  ],
  [
    () => blockNeuralAutoregressive({ shape: [3], hiddenLayers: 0 }),
    "blockNeuralAutoregressive: hiddenLayers must be a positive integer, got 0.",
  ],
  [
    () => blockNeuralAutoregressive({ shape: [2, 2] }),
    "blockNeuralAutoregressive: works on vectors",
  ],
])("what cannot be built says why (%#)", (build, message) => {
  expect(build).toThrow(message);
});
