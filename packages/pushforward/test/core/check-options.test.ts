import { DomainError } from "pushforward";
import * as n from "pushforward/networks";
import * as t from "pushforward/transformers";
import { expect, test } from "vitest";

test.each([
  t.affine,
  t.rationalQuadraticSpline,
  t.mixtureCdf,
  t.deepSigmoidal,
  t.unconstrainedMonotonic,
  t.sumOfSquares,
  t.bernstein,
  n.mlp,
  n.resNet,
  n.maskedMlp,
  n.maskedResNet,
])("$name refuses an option that there is not", (factory) => {
  const build = factory as (options: object) => { spec: { options: object } };
  const known = Object.keys(build({}).spec.options);
  expect(() => build({ bin: 3 })).toThrow(DomainError);
  for (const name of known) expect(() => build({ bin: 3 })).toThrow(name);
  // What the factory says of itself it takes.
  expect(build(build({}).spec.options).spec).toEqual(build({}).spec);
});
