import { entries, type Graph, type Operand } from "./graph.ts";

/** Constants that are longer are compared by their shape: they come from outside the traced function. */
const LONGEST_COMPARED = 4096;

/** `k` where a number is `k n` for n rows. */
export function multipleOfRows(value: number, batch: number): number | undefined {
  return value !== 0 && value % batch === 0 ? value / batch : undefined;
}

/** `k` where a number is `1 / (k n)` in single precision, which means bring. */
export function shareOfRows(value: number, batch: number): number | undefined {
  const inverse = Math.round(1 / value);
  const isShare = Number.isFinite(inverse) && inverse !== 0 && inverse % batch === 0;
  return isShare && Math.fround(1 / inverse) === Math.fround(value) ? inverse / batch : undefined;
}

/**
 * Whether two traces, at two numbers of rows, are one program in which the number shows as `k n` and
 * `1 / (k n)` only: one that takes its square root, or another branch beyond a hundred, is not.
 *
 * @returns `"chance"`: they are, but something in the first is a multiple of its number of rows and has
 * nothing to do with it.
 */
export function compareTraces(first: Graph, second: Graph): "same" | "chance" | "different" {
  const [a, b] = [describe(first), describe(second)];
  if (a.text !== b.text || a.numbers.length !== b.numbers.length) return "different";
  let verdict: "same" | "chance" = "same";
  for (const [index, value] of a.numbers.entries()) {
    const other = b.numbers[index];
    if (Object.is(value, other)) {
      const looks = multipleOfRows(value, first.batch) ?? shareOfRows(value, first.batch);
      if (looks !== undefined) verdict = "chance";
    } else if (!sameForRows(value, first.batch, other, second.batch)) {
      return "different";
    }
  }
  return verdict;
}

function sameForRows(value: number, batch: number, other: number, otherBatch: number): boolean {
  const multiple = multipleOfRows(value, batch);
  if (multiple !== undefined) return multiple === multipleOfRows(other, otherBatch);
  const share = shareOfRows(value, batch);
  return share !== undefined && share === shareOfRows(other, otherBatch);
}

/** A program as text in which every number is `#`, and the numbers in order. */
function describe(graph: Graph): { text: string; numbers: number[] } {
  const numbers: number[] = [];
  const note = (value: number) => {
    numbers.push(value);
    return "#";
  };
  const names = new Map<Operand, string>();
  const name = (operand: Operand): string => {
    if (operand.kind === "literal") return `${note(operand.value)}:${operand.dtype}`;
    const known = names.get(operand);
    if (known) return known;
    const shape = operand.shape.map(note).join();
    const made = `${operand.kind}${names.size}:${operand.dtype}[${shape}]`;
    names.set(operand, made);
    return made;
  };
  const params = (value: unknown) =>
    JSON.stringify(value, (_, part) => (typeof part === "number" ? note(part) : part));

  const inputs = graph.inputs.map(name);
  const nodes = graph.nodes.map(({ op, inputs: read, params: own, outputs }) =>
    [op, params(own), ...read.map(name), "->", ...outputs.map(name)].join(" "),
  );
  const outputs = graph.outputs.map(name);
  const constants = [...names.keys()].map((operand) => contentOf(operand, graph.batch, note));
  return { text: [...inputs, ...nodes, ...outputs, ...constants].join("\n"), numbers };
}

/** What a constant holds: of one that grows with the rows, what `simplifyConstants` can make of it. */
function contentOf(operand: Operand, batch: number, note: (value: number) => string): string {
  if (operand.kind !== "constant") return "";
  const { data, shape } = operand;
  if (data.every((value) => Object.is(value, data[0])))
    return data.length ? note(data[0]) : "empty";
  if (entries(shape) % batch === 0) return data.every((value, i) => value === i) ? "iota" : "rows";
  return data.length > LONGEST_COMPARED ? "" : data.join();
}
