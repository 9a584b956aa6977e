import { numpy as np } from "@jax-js/jax";
import { defineBijector } from "pushforward/core";
import { bijectorLaws } from "pushforward/testing";
import { test } from "vitest";

/** The example of docs/guide.md: keep the two the same. */
const sinh = ({ shape }: { shape: number[] }) => {
  const logCosh = (x: np.Array) => {
    const size = np.absolute(x);
    return np
      .log1p(np.exp(size.ref.mul(-2)))
      .add(size)
      .sub(Math.LN2)
      .sum(1);
  };
  return defineBijector({
    kind: "sinh",
    shape,
    options: { shape },
    init: (key) => {
      key.dispose();
      return {};
    },
    forwardAndLogDet: (_, x) => [np.sinh(x.ref), logCosh(x)],
    inverseAndLogDet: (_, y) => {
      const x = np.arcsinh(y);
      return [x.ref, logCosh(x).neg()];
    },
  });
};
const options = {
  factories: { bijector: { sinh } },
  tolerances: { roundTrip: 5e-5 },
};
for (const law of bijectorLaws(sinh({ shape: [2] }), options)) test(law.name, law.check);
