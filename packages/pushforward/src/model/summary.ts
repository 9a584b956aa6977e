import { type Cost, type Direction, layersOf } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { showShape, sizeOf } from "../core/shape.ts";
import type { Spec } from "../core/spec.ts";
import { isAdaptive, type OdeSolver } from "../numerics/ode-solver.ts";

/** What a distribution is, in a few lines of text. */
export function summarize(
  distribution: Distribution,
  parameterCount: number,
  engine: string | undefined,
): string {
  const { flow, kind, shape, condShape, cost } = distribution;
  const lines = [
    `${flow?.name ?? kind}: density of events of shape ${showShape(shape)}` +
      (condShape ? `, given a context of shape ${showShape(condShape)}` : ""),
    `parameters: ${parameterCount.toLocaleString("en-US")}`,
  ];
  const layers = flow ? layersOf(flow.bijector) : [];
  if (flow) {
    const names = countRepeats(layers.map(({ name }) => name));
    lines.push(`base: ${flow.base.kind}`, `layers, base to data: ${names.join(", ")}`);
  }
  lines.push(...new Set(layers.flatMap(({ bijector }) => continuousLines(bijector.spec))));
  const size = sizeOf(shape);
  const text = (own: Cost, direction: Direction) =>
    layers.some(({ bijector }) => bijector.iterations?.[direction])
      ? "as many passes as a row needs"
      : costText(own, size);
  const { sampling, density } = cost;
  lines.push(`cost: sampling ${text(sampling, "forward")}, density ${text(density, "inverse")}`);
  if (engine) lines.push(`engine: ${engine}`);
  return lines.join("\n");
}

/** How a continuous layer is solved, and its velocity's network; nothing of other layers. */
function continuousLines({ bijector, options = {} }: Partial<Spec>): string[] {
  if (bijector !== "continuous") {
    // What a layer is wrapped in, an inversion for instance.
    return options.bijector ? continuousLines(options.bijector as Partial<Spec>) : [];
  }
  const { method, rtol, atol, steps } = options.solver as OdeSolver;
  const equal = `${steps} equal ${steps === 1 ? "step" : "steps"}`;
  const { network, options: sizes } = options.dynamics as Spec;
  const listed = (value: unknown, what: string) =>
    Array.isArray(value) && value.length > 0 ? `, ${what} ${value.join(", ")}` : "";
  const widths = listed(sizes.hidden, "hidden layers of");
  const activation = typeof sizes.activation === "string" ? `, ${sizes.activation}` : "";
  return [
    isAdaptive(method)
      ? `solver: ${method}, rtol ${rtol}, atol ${atol}; in compiled programs ${equal}`
      : `solver: ${method}, ${equal}`,
    `dynamics: ${network}${widths}${activation}${listed(sizes.frequencies, "frequencies")}`,
  ];
}

/** The cost of a direction, in the words of docs/choosing-a-flow.md. */
function costText(cost: Cost, size: number): string {
  if (cost === "parallel") return "one pass";
  if (cost === "numeric") return "root search";
  return `${size} small ${size === 1 ? "step" : "steps"} for each pass of a network`;
}

/** Layers of the longest step that flows repeat. */
const LONGEST_STEP = 4;

/**
 * `[a, b, c, b, c, d]` as `["a", "(b, c) x 2", "d"]`: in groups that name the fewest layers, and
 * among such with the longest ones first.
 */
function countRepeats(names: readonly string[]): string[] {
  // From each place on: the number of names that are left, and the group that comes first.
  const best = [{ left: 0, length: 0, times: 0 }];
  const from = (at: number) => best[names.length - at] as (typeof best)[number];
  for (let at = names.length - 1; at >= 0; at--) {
    const choices = repeatsAt(names, at).map(({ length, times }) => {
      return { left: length + from(at + length * times).left, length, times };
    });
    choices.sort((a, b) => a.left - b.left || b.length * b.times - a.length * a.times);
    best.push(choices[0] as (typeof best)[number]);
  }
  const groups: string[] = [];
  for (let at = 0; at < names.length; ) {
    const { length, times } = from(at);
    const group = names.slice(at, at + length).join(", ");
    if (times === 1) groups.push(group);
    else groups.push(`${length > 1 ? `(${group})` : group} x ${times}`);
    at += length * times;
  }
  return groups;
}

/** Every group that names from `at` on can be said as: so many of them, so many times. */
function repeatsAt(names: readonly string[], at: number): { length: number; times: number }[] {
  const found = [{ length: 1, times: 1 }];
  for (let length = 1; length <= LONGEST_STEP; length++) {
    const repeats = (place: number) => names[place] === names[place - length];
    let end = at + length;
    while (end < names.length && repeats(end)) end++;
    for (let times = Math.floor((end - at) / length); times > 1; times--) {
      found.push({ length, times });
    }
  }
  return found;
}
