import { type Cost, layersOf } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { showShape, sizeOf } from "../core/shape.ts";

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
  if (flow) {
    const layers = countRepeats(layersOf(flow.bijector).map(({ name }) => name));
    lines.push(`base: ${flow.base.kind}`, `layers, base to data: ${layers.join(", ")}`);
  }
  const size = sizeOf(shape);
  lines.push(
    `cost: sampling ${costText(cost.sampling, size)}, density ${costText(cost.density, size)}`,
  );
  if (engine) lines.push(`engine: ${engine}`);
  return lines.join("\n");
}

/** The cost of a direction, in the words of docs/choosing-a-flow.md. */
function costText(cost: Cost, size: number): string {
  if (cost === "parallel") return "one pass";
  if (cost === "numeric") return "root search";
  return `${size} small ${size === 1 ? "step" : "steps"} for each pass of a network`;
}

/** `[a, b, c, b, c, d]` as `["a", "(b, c) x 2", "d"]`: flows repeat steps of one or two layers. */
function countRepeats(names: readonly string[]): string[] {
  const groups: string[] = [];
  for (let at = 0; at < names.length; ) {
    const [length, times] = longestRepeat(names, at);
    const group = names.slice(at, at + length);
    const text = length > 1 ? `(${group.join(", ")})` : (group[0] as string);
    groups.push(times > 1 ? `${text} x ${times}` : text);
    at += length * times;
  }
  return groups;
}

/** The group of one to three names that covers most when repeated from `at` on. */
function longestRepeat(names: readonly string[], at: number): [length: number, times: number] {
  let best: [number, number] = [1, 1];
  for (const length of [1, 2, 3]) {
    let times = 1;
    while (
      names.slice(at, at + length).every((name, i) => names[at + times * length + i] === name)
    ) {
      times++;
    }
    if (times > 1 && length * times > best[0] * best[1]) best = [length, times];
  }
  return best;
}
