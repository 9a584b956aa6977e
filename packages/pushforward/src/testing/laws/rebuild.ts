import type { Bijector } from "../../core/bijector.ts";
import type { Distribution } from "../../core/distribution.ts";
import { layoutOf } from "../../core/parameters.ts";
import type { Spec } from "../../core/spec.ts";
import { normal } from "../../distributions/normal.ts";
import { transformed } from "../../distributions/transformed.ts";
import { random, type Tree, tree } from "../../engine/index.ts";
import { type Factories, rebuild } from "../../io/rebuild.ts";
import { holdTo, largestOf } from "../measurement.ts";
import type { MethodCall } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";
import { callEagerly, calledEagerly, EAGER_ROWS, firstRows } from "./eager.ts";

/** A bijector from its spec, by way of a flow: that is what a model file holds. */
export function rebuildBijector(bijector: Bijector, factories: Factories): Bijector {
  const flow = transformed({ base: normal({ shape: bijector.shape }), bijector });
  return (rebuildDistribution(flow, factories).flow as { bijector: Bijector }).bijector;
}

/** A distribution from its spec, through JSON text. */
export function rebuildDistribution(part: Distribution, factories: Factories): Distribution {
  try {
    return rebuild(JSON.parse(JSON.stringify(part.spec)) as Spec, factories);
  } catch (error) {
    throw new Error(
      `${(error as Error).message} For the laws, give factories of parts of your own as the option ` +
        "`factories: { bijector: { myBijector } }`.",
      { cause: error },
    );
  }
}

/**
 * The part that its spec, written as JSON and read again, builds has parameters of the same names
 * and shapes, and gives the same numbers to the bit.
 */
export async function checkRebuilt(
  subject: Subject,
  rebuilt: Bijector | Distribution,
  probe: Probe,
  rebuiltCall: MethodCall,
): Promise<void> {
  const { method, rows } = probe;
  const fresh = rebuilt.init(random.key(subject.seed)) as Tree;
  const layout = describe(layoutOf(fresh).slots);
  tree.dispose(fresh as never);
  const expected = describe(subject.layout.slots);
  if (layout !== expected) {
    throw new Error(
      `${method.label}: rebuilt from its spec it has the parameters {${layout}}, limit: {${expected}}.`,
    );
  }
  const point = firstRows(subject, rows, 0, EAGER_ROWS);
  const before = await calledEagerly(subject, probe);
  const after = await callEagerly(subject, { call: rebuiltCall }, point, [EAGER_ROWS]);
  for (const [output, values] of before.entries()) {
    const changed = largestOf(values.length, (i) =>
      Object.is(values[i], after[output]?.[i]) ? 0 : Infinity,
    );
    holdTo(
      `${method.label}: change of output ${output} when rebuilt from its spec`,
      0,
      changed,
      (i) => `number ${i}, ${values[i]} before and ${after[output]?.[i]} after`,
    );
  }
}

function describe(slots: Subject["layout"]["slots"]): string {
  return slots.map(({ path, shape }) => `${path}: [${shape.join(", ")}]`).join(", ");
}
