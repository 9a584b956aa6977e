import { DomainError, fit, load, nsf } from "pushforward";
import { chain, coupling, invert, luLinear, permute, reverse } from "pushforward/bijectors";
import { normal, transformed } from "pushforward/distributions";
import { mlp } from "pushforward/networks";
import { expect, test } from "vitest";
import { rejection } from "../support/collect.ts";

const shape = [2];

/** What someone may write by mistake, each past the compiler. */
test.each<[() => unknown, string]>([
  [() => permute({ order: [1, 0] } as never), "permute: indices must be a list such as [1, 0]"],
  [
    () => reverse({ shape } as never),
    "reverse: features must be a positive integer, got undefined",
  ],
  [
    () => chain([luLinear({ shape })] as never),
    "chain: give a list of bijectors, chain({ bijectors",
  ],
  [() => chain({ bijectors: [luLinear] } as never), "chain: expected a bijector"],
  [() => chain({ bijectors: [normal({ shape })] } as never), "got normal."],
  [() => invert(luLinear({ shape }) as never), "invert: expected a bijector"],
  [
    () => transformed({ base: luLinear({ shape }) } as never),
    "transformed: base: expected a distr",
  ],
  [
    () => transformed({ base: normal({ shape }) } as never),
    "transformed: bijector: expected a bij",
  ],
  [() => nsf({ features: "2" } as never), 'nsf: features must be a positive integer, got "2".'],
  [
    () => coupling({ shape, transformer: luLinear({ shape }), conditioner: mlp() } as never),
    "coupling: the transformer must be one of pushforward/transformers, such as affine(); got luLinear",
  ],
])("a slip is named (%#)", (build, message) => {
  expect(build).toThrow(DomainError);
  expect(build).toThrow(message);
});

test("fit, load and the methods of a model name a slip", async () => {
  const rows = [0, 1, 2, 3, 4, 5].map((i) => [Math.sin(i), Math.cos(2 * i)]);
  const slip = async (promise: Promise<unknown>) => (await rejection(promise)).message;
  expect(await slip(fit(nsf as never, rows))).toContain("got the function nsf; call it.");
  expect(await slip(fit("nsf" as never, rows))).toContain("fit: the flow: expected a distribution");
  expect(await slip(load("absent", { engin: "jax" } as never))).toContain('no option "engin"');
  const model = await fit(nsf({ features: 2, layers: 1, hidden: [4] }), rows, { steps: 1 });
  const wrong = { sed: 5 } as never;
  const calls = {
    logProb: model.logProb(rows, wrong),
    evaluate: model.evaluate(rows, wrong),
    sample: model.sample(1, wrong),
    encode: model.encode(rows, wrong),
    decode: model.decode(rows, wrong),
    interpolate: model.interpolate([0, 0], [1, 1], wrong),
    trace: model.trace(1, wrong),
    check: model.check(rows, wrong),
  };
  for (const [name, call] of Object.entries(calls)) {
    expect(await slip(call)).toMatch(new RegExp(`^${name}: there is no option "sed"`));
  }
  model.dispose();
});
