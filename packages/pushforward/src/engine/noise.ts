import { random as jaxRandom, makeJaxpr, type NDArray, np, type Tree } from "./jax.ts";

/** What random numbers a function asks for. */
export type NoiseRequest =
  | { readonly kind: "normal" | "uniform"; readonly shape: readonly number[] }
  | TruncationRequest;

/** The weights of a series' terms, as many as it is given; the shape is that of one. */
export interface TruncationRequest {
  readonly kind: "truncation";
  readonly shape: readonly number[];
  readonly law: TruncationLaw;
}

/** A random number of terms: `exactTerms`, one more, and further ones, with probability `stop` of an end after each of these. */
export interface TruncationLaw {
  readonly exactTerms: number;
  readonly stop: number;
}

let supply: ((request: NoiseRequest) => NDArray) | undefined;

/**
 * jax-js' random numbers. While {@link withNoise} runs, standard normal and uniform ones come from
 * there instead.
 */
export const random = {
  ...jaxRandom,
  normal(key: NDArray, shape: number[] = []): NDArray {
    return supply ? supplied(key, { kind: "normal", shape }) : jaxRandom.normal(key, shape);
  },
  uniform(key: NDArray, shape: number[] = []): NDArray {
    return supply ? supplied(key, { kind: "uniform", shape }) : jaxRandom.uniform(key, shape);
  },
};

function supplied(key: NDArray, request: NoiseRequest): NDArray {
  key.dispose();
  return (supply as NonNullable<typeof supply>)(request);
}

/**
 * Weights of the terms k = 1 ... K of a series that is cut off after a random number N of them, `[K]`:
 * `1 / P(N >= k)` up to N and 0 beyond, so that their means are 1. K is whatever the caller of {@link withNoise}
 * gives.
 *
 * @throws Error where nobody gives any: a program of fixed length cannot draw them itself.
 */
export function truncationWeights(law: TruncationLaw): NDArray {
  if (supply) return supply({ kind: "truncation", shape: [1], law });
  throw new Error("truncationWeights: the number of terms must be given; see withNoise.");
}

/** Call a function whose random numbers are given: so a model draws from the noise it is handed. */
export function withNoise<T>(given: (request: NoiseRequest) => NDArray, call: () => T): T {
  const outer = supply;
  supply = given;
  try {
    return call();
  } finally {
    supply = outer;
  }
}

interface TracedProgram {
  readonly jaxpr: { dispose(): void };
}

/** The random numbers that a function asks for, in its order; it is traced, not run. */
export function noiseRequests(call: () => Tree): NoiseRequest[] {
  const requests: NoiseRequest[] = [];
  const record = (request: NoiseRequest) => {
    requests.push(request);
    return np.zeros([...request.shape]);
  };
  const { jaxpr } = (
    makeJaxpr((() => withNoise(record, call)) as never) as unknown as () => TracedProgram
  )();
  jaxpr.dispose();
  return requests;
}
