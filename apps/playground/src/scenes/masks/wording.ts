import { dependence, type Place } from "./reach.ts";
import type { CouplingStructure, MadeStructure, Structure } from "./structure.ts";

interface UnitNoun {
  readonly noun: string;
  readonly of: string;
}

const nouns: Record<Structure["kind"], readonly [first: UnitNoun, last: UnitNoun]> = {
  coupling: [
    { noun: "dimension", of: " of the data" },
    { noun: "dimension", of: " of the base" },
  ],
  made: [
    { noun: "input", of: "" },
    { noun: "output", of: "" },
  ],
};

/** "1", "1 and 3", "1, 3 and 4": numbers as people count. */
export function listNumbers(indices: readonly number[]): string {
  const numbers = indices.map((index) => String(index + 1));
  const last = numbers.pop() ?? "";
  return numbers.length > 0 ? `${numbers.join(", ")} and ${last}` : last;
}

/** "inputs 1 and 2", "input 3", "no input", "all inputs"; what they are of comes last. */
export function listUnits(
  { noun, of }: UnitNoun,
  indices: readonly number[],
  total: number,
): string {
  if (indices.length === 0) return `no ${noun}${of}`;
  if (indices.length === total && total > 1) return `all ${noun}s${of}`;
  return `${noun}${indices.length > 1 ? "s" : ""} ${listNumbers(indices)}${of}`;
}

/** One sentence on what a unit depends on and what it reaches. */
export function describeUnit(structure: Structure, { column, unit }: Place): string {
  const { connections, columns, kind } = structure;
  const last = columns.length - 1;
  const [input, output] = nouns[kind];
  const total = columns[0]?.units.length ?? 0;
  const seen = dependence(connections, 0, column)[unit] ?? [];
  const reach = dependence(connections, column, last).map((row) => row[unit] === true);
  const [inputs, otherInputs] = split(seen);
  const [reached, others] = split(reach);
  const clauses: string[] = [];
  if (column > 0) clauses.push(`depends on ${listUnits(input, inputs, total)}`);
  if (column < last) clauses.push(`reaches ${listUnits(output, reached, total)}`);
  let sentence = `${columns[column]?.units[unit]?.subject} ${clauses.join(" and ")}`;
  if (column === last && inputs.length > 0 && otherInputs.length > 0) {
    sentence += `, and not on ${listUnits({ ...input, of: "" }, otherInputs, total)}`;
  }
  if (column < last && reached.length > 0 && others.length > 0) {
    const rest = listUnits({ ...output, of: "" }, others, total);
    sentence += `; ${rest} ${others.length > 1 ? "do" : "does"} not depend on it`;
  }
  return `${sentence}.`;
}

/** The first layer after which everything depends on everything; undefined: none of them. */
export function layersUntilAll({ connections }: CouplingStructure): number | undefined {
  const counts = connections.map((_, index) => index + 1);
  return counts.find((count) => dependence(connections, 0, count).flat().every(Boolean));
}

/** What the Jacobian of the first layers looks like. */
export function describeLayers(structure: CouplingStructure, count: number): string {
  const { connections, kept } = structure;
  const pattern = dependence(connections, 0, count);
  const total = pattern.length;
  const [untouched] = split(
    pattern.map((_, dimension) => kept.slice(0, count).every((layer) => layer[dimension])),
  );
  const entries = pattern.flat().filter(Boolean).length;
  const dimension = { noun: "dimension", of: "" };
  const list = listUnits(dimension, untouched, total);
  const verb = untouched.length > 1 ? "are" : "is";
  const needed = layersUntilAll(structure);
  return [
    `After ${count} of ${connections.length} layers ${list} ${verb} untouched, and ${entries} of ${total * total} derivatives can differ from 0.`,
    needed === undefined
      ? "These layers are too few for everything to depend on everything."
      : `From layer ${needed} on everything depends on everything.`,
  ].join(" ");
}

/** A pattern row by row: "Output 1: no input. Output 2: input 1." */
export function describePattern(
  pattern: readonly (readonly boolean[])[],
  row: string,
  column: string,
): string {
  const lists = pattern.map((entries, index) => {
    const [on] = split(entries);
    return `${row} ${index + 1}: ${listUnits({ noun: column, of: "" }, on, entries.length)}.`;
  });
  return `What each depends on. ${lists.join(" ")}`;
}

/** How many of the dependences that the order allows there are. */
export function describeOrder({ connections, columns }: MadeStructure): string {
  const pattern = dependence(connections, 0, columns.length - 1);
  const allowed = (pattern.length * (pattern.length - 1)) / 2;
  const found = pattern.flat().filter(Boolean).length;
  const missing = allowed - found;
  const text = "In the order of the dimensions the matrix is strictly lower triangular:";
  if (missing === 0) return `${text} each output depends on all that come before it.`;
  const [are, dependences] = missing > 1 ? ["are", "dependences"] : ["is", "dependence"];
  return `${text} ${missing} ${dependences} of ${allowed} that the order allows ${are} missing, for want of hidden units of the right degrees.`;
}

/** The indices where it holds, and the others. */
function split(flags: readonly boolean[]): [number[], number[]] {
  const indices = [...flags.keys()];
  return [indices.filter((index) => flags[index]), indices.filter((index) => !flags[index])];
}
