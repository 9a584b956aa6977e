import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import type { ContractiveNetwork } from "../core/contractive-network.ts";
import { DomainError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { isTraining, trainingTruncation, trainingUniform } from "../core/training-mode.ts";
import { type NDArray, np, stopGradient, type Tree, tree } from "../engine/index.ts";
import { hostMatrix, identityMatrix } from "../numerics/host-matrix.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { logDetAccretive } from "../numerics/log-det-accretive.ts";

/**
 * How `log|det(I + J)|` is computed: `"exact"`, from the Jacobian of each row by d products and elimination; or as
 * the series `sum_k (-1)^(k+1) tr(J^k) / k`.
 */
export type ResidualLogDet = "exact" | ResidualSeries;

export interface ResidualSeries {
  /**
   * In a training step, `"roulette"` cuts the series off at random and weights its terms so that value and gradient
   * are right in the mean; `"truncated"` cuts it off after `terms`.
   */
  series: "roulette" | "truncated";
  /**
   * Outside of training steps `"exact"`, or the series cut off after `terms`; default `"exact"` under roulette for
   * events of up to 32 numbers, else `"truncated"`.
   */
  evaluation?: "exact" | "truncated" | undefined;
  /** Terms where their number is fixed; default: as many as keep the bound of the error below 0.0004 nats per dimension. */
  terms?: number | undefined;
  /** Random vectors for the traces at each row in a training step, new ones in each, whatever d is; default 1. */
  probes?: number | undefined;
  /** Fixed vectors for the traces in evaluation, the same for all rows; default 64. Where d is no more, traces are exact. */
  evaluationProbes?: number | undefined;
  /** Terms before roulette begins; default 2. One more is always there: it may end after that, and not before it. */
  exactTerms?: number | undefined;
  /** Probability with which it ends after each further term; default 0.5: 4 terms on average, 3 at least. */
  stop?: number | undefined;
}

/** A method with the defaults filled in: what the spec says. */
export type ResolvedLogDet = "exact" | Series;

type Series = { [K in keyof ResidualSeries]-?: NonNullable<ResidualSeries[K]> };

interface Setting {
  readonly network: ContractiveNetwork;
  /** Numbers d of an event. */
  readonly size: number;
  readonly method: ResolvedLogDet;
}

/** `log|det(I + J)|`, `[n]`, from what `linearize` returned, which is consumed, and the shape of the events. */
type LogDet = (jacobian: Tree, events: Shape) => NDArray;

/** Most numbers of an event for which elimination is the default. */
const EXACT = 8;

/** Most for which evaluation uses it where training has roulette. */
const EXACT_IN_EVALUATION = 32;

/** Bound of a truncated series' error, in nats per dimension: 16 layers are then off by less than 0.01 bits. */
const ERROR = 4e-4;

/**
 * Fill in defaults, all numbers of them: a model's densities are those of the method it was saved with.
 *
 * @param size numbers d of an event.
 * @throws DomainError for a method that there is not.
 */
export function resolveLogDet(
  lipschitz: number,
  size: number,
  method: ResidualLogDet = size <= EXACT ? "exact" : { series: "roulette" },
): ResolvedLogDet {
  if (method === "exact") return method;
  const who = "residual: logDet";
  if (typeof method !== "object" || !["roulette", "truncated"].includes(method?.series)) {
    throw new DomainError(
      `${who} must be "exact", { series: "roulette" } or { series: "truncated" }, got ${JSON.stringify(method)}.`,
    );
  }
  const { series, terms = termsFor(lipschitz), probes = 1, evaluationProbes = 64 } = method;
  const { exactTerms = 2, stop = 0.5 } = method;
  const isExact = series === "roulette" && size <= EXACT_IN_EVALUATION;
  const { evaluation = isExact ? "exact" : "truncated" } = method;
  const settings = { series, evaluation, terms, probes, evaluationProbes, exactTerms, stop };
  checkOptionNames(who, method, Object.keys(settings));
  if (!["exact", "truncated"].includes(evaluation)) {
    throw new DomainError(
      `${who}: evaluation must be "exact" or "truncated", got ${JSON.stringify(evaluation)}.`,
    );
  }
  checkCount(who, "terms", terms);
  checkCount(who, "probes", probes);
  checkCount(who, "evaluationProbes", evaluationProbes);
  checkCount(who, "exactTerms", exactTerms, 0);
  if (!(stop > 0 && stop < 1)) {
    throw new DomainError(`${who}: stop must lie between 0 and 1, both excluded, got ${stop}.`);
  }
  return settings;
}

/** The log-determinant of a residual layer. */
export function residualLogDet({ network, size, method }: Setting): LogDet {
  const exact: LogDet = (jacobian, events) => exactLogDet(network, jacobian, events);
  if (method === "exact") return exact;
  const { series, evaluation, terms, probes, evaluationProbes } = method;
  const truncated = (jacobian: Tree, vectors: Vectors, events: Shape) =>
    truncatedSeries(network, jacobian, vectors, terms, events);
  return (jacobian, events) => {
    if (isTraining()) {
      if (series === "roulette") return roulette(network, jacobian, method, events);
      return truncated(jacobian, randomVectors(probes, events), events);
    }
    if (evaluation === "exact") return exact(jacobian, events);
    return truncated(jacobian, fixedVectors(evaluationProbes, size, events), events);
  };
}

/** The fewest terms k for which `d c^(k+1) / ((k + 1) (1 - c))`, which bounds the rest, is small enough. */
function termsFor(lipschitz: number): number {
  let terms = 1;
  while (lipschitz ** (terms + 1) / ((terms + 1) * (1 - lipschitz)) > ERROR) terms++;
  return terms;
}

function exactLogDet(network: ContractiveNetwork, jacobian: Tree, events: Shape): NDArray {
  const [rows, ...shape] = events as [number, ...number[]];
  const size = shape.reduce((product, length) => product * length, 1);
  // The same unit vectors for all rows: d products give the rows of J transposed.
  const units = identityMatrix(size).reshape([size, 1, ...shape]);
  const columns = network.push(jacobian, units).reshape([size, -1, size]).transpose([0, 2, 1]);
  const identity = identityMatrix(size).reshape([size, size, 1]);
  return np.broadcastTo(logDetAccretive(columns.add(identity)), [rows]);
}

/** A vector's share in the estimate of a trace, and the vectors, `[m, n, ...shape]` or `[m, 1, ...shape]`. */
interface Vectors {
  readonly share: number;
  readonly vectors: NDArray;
}

/** Vectors of random signs: `E[v^T A v] = tr A` (Hutchinson 1990). */
function randomVectors(count: number, events: Shape): Vectors {
  const uniform = trainingUniform([count, ...events]);
  const signs = np.less(uniform, 0.5).astype(np.float32).mul(2).sub(1);
  return { share: 1 / count, vectors: signs };
}

/** The unit vectors, where there are no more of them: traces are then exact. */
function fixedVectors(count: number, size: number, [, ...shape]: Shape): Vectors {
  const isExact = size <= count;
  const source = hostRandom(0);
  const matrix = isExact
    ? identityMatrix(size)
    : hostMatrix(count, size, () => (source.uniform() < 0.5 ? -1 : 1));
  const share = isExact ? 1 : 1 / count;
  return { share, vectors: matrix.reshape([isExact ? size : count, 1, ...shape]) };
}

/** `sum_k (-1)^(k+1) v^T J^k v / k`, the mean over the vectors, k = 1 ... terms (Behrmann et al. 2019, eq. 4). */
function truncatedSeries(
  network: ContractiveNetwork,
  jacobian: Tree,
  { share, vectors }: Vectors,
  terms: number,
  events: Shape,
): NDArray {
  let power = vectors.ref;
  let sum: NDArray | undefined;
  for (let k = 1; k <= terms; k++) {
    power = network.push(tree.ref(jacobian), power);
    const term = power.ref.mul((k % 2 === 1 ? share : -share) / k);
    sum = sum ? sum.add(term) : term;
  }
  tree.dispose([jacobian, power]);
  return np.broadcastTo(inner(vectors, sum as NDArray), [events[0] as number]);
}

/**
 * The series cut off at a random N, `sum_k w_k (-1)^(k+1) v^T J^k v / k` with `w_k = 1 / P(N >= k)` for k <= N, whose
 * mean is the log-determinant (Chen et al. 2019, arXiv:1906.02735, eq. 6), with the gradient of
 * `v^T J (sum_k w_k (-1)^(k+1) J^(k-1) v)`, the sum held constant, whose mean is the gradient: their Neumann series,
 * eq. 8, read from the other side of the trace. So no power but the first is differentiated.
 */
function roulette(
  network: ContractiveNetwork,
  jacobian: Tree,
  { exactTerms, stop, probes }: Series,
  events: Shape,
): NDArray {
  const weights = trainingTruncation({ exactTerms, stop });
  const [terms] = weights.shape as [number];
  const { share, vectors } = randomVectors(probes, events);
  const still = tree.map(stopGradient, tree.ref(jacobian)) as Tree;
  const powers = [vectors.ref];
  for (let k = 1; k <= terms; k++) {
    powers.push(network.push(tree.ref(still), (powers[k - 1] as NDArray).ref));
  }
  tree.dispose(still);
  const signed = weights.mul(hostMatrix(1, terms, (_, k) => (k % 2 === 0 ? share : -share)));
  const perTerm = signed.ref.mul(hostMatrix(1, terms, (_, k) => 1 / (k + 1)));
  const summed = (coefficients: NDArray, from: number) =>
    combination(
      coefficients,
      powers.slice(from, from + terms).map((power) => power.ref),
    );
  const value = inner(vectors.ref, summed(perTerm, 1));
  const right = stopGradient(summed(signed, 0));
  tree.dispose(powers);
  const surrogate = inner(vectors, network.push(jacobian, right));
  return value.add(surrogate.ref.sub(stopGradient(surrogate)));
}

/** `sum_k a_k A_k` of coefficients `[1, K]` and K arrays of one shape, as one product; consumes. */
function combination(coefficients: NDArray, arrays: NDArray[]): NDArray {
  const [first] = arrays as [NDArray];
  const { shape } = first;
  const rows = arrays.map((array) => array.reshape([1, -1]));
  return np.dot(coefficients, np.concatenate(rows, 0)).reshape(shape);
}

/** The inner products of m vectors at each row, added up over the m: `[m, n, ...shape]` twice to `[n]`; consumes. */
function inner(a: NDArray, b: NDArray): NDArray {
  const products = a.mul(b);
  const [count, rows] = products.shape as [number, number];
  return products.reshape([count, rows, -1]).sum([0, 2]);
}
