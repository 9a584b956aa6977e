import { random as jaxRandom, makeJaxpr, type NDArray, np, type Tree } from "./jax.ts";

/** What random numbers a function asks for. */
export interface NoiseRequest {
  readonly kind: "normal" | "uniform";
  readonly shape: readonly number[];
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
