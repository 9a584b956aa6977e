import { entries, type Graph, type Operand } from "./graph.ts";

/** Constants that are longer are compared by their shape: they come from outside the traced function. */
const LONGEST_COMPARED = 4096;

/**
 * A traced program as text in which the number of rows is `n`, wherever it shows as `k n` or `1 / (k n)`.
 * Traces at two numbers of rows give equal texts if and only if the program is the same for any number:
 * one that takes its square root, or another branch beyond a hundred, is not.
 */
export function describeForAnyRows(graph: Graph): string {
  const { batch } = graph;
  const names = new Map<Operand, string>();
  const name = (operand: Operand): string => {
    if (operand.kind === "literal") return `${inRows(operand.value, batch)}:${operand.dtype}`;
    const known = names.get(operand) ?? `${operand.kind}${names.size}${shapeOf(operand)}`;
    names.set(operand, known);
    return known;
  };
  const shapeOf = ({ shape, dtype }: Operand) =>
    `${dtype}[${shape.map((extent) => inRows(extent, batch))}]`;
  const params = (value: unknown) =>
    JSON.stringify(value, (_, part) => (typeof part === "number" ? inRows(part, batch) : part));

  const inputs = graph.inputs.map(name);
  const nodes = graph.nodes.map(({ op, inputs: read, params: own, outputs }) =>
    [op, params(own), ...read.map(name), "->", ...outputs.map(name)].join(" "),
  );
  const constants = [...names.keys()].map((operand) => contentOf(operand, batch));
  return [...inputs, ...nodes, ...graph.outputs.map(name), ...constants].join("\n");
}

function inRows(value: number, batch: number): string {
  if (value !== 0 && value % batch === 0) return `${value / batch}n`;
  const inverse = Math.round(1 / value);
  const isShare = Number.isFinite(inverse) && inverse !== 0 && inverse % batch === 0;
  if (isShare && Math.fround(1 / inverse) === Math.fround(value)) return `1/${inverse / batch}n`;
  return String(value);
}

/** What a constant holds: of one that grows with the rows, what `simplifyConstants` can make of it. */
function contentOf(operand: Operand, batch: number): string {
  if (operand.kind !== "constant") return "";
  const { data, shape } = operand;
  if (data.every((value) => Object.is(value, data[0]))) return inRows(data[0], batch);
  if (entries(shape) % batch === 0) return data.every((value, i) => value === i) ? "iota" : "rows";
  return data.length > LONGEST_COMPARED ? "" : data.join();
}
