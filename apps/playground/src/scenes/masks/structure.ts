import type { CouplingMasks, MadeMasks } from "../../worker/masks.ts";
import type { Connections } from "./reach.ts";

/** A unit as it is drawn and named. */
export interface DrawnUnit {
  /** What is written into it. */
  readonly mark: string;
  /** What is written beside it. */
  readonly beside?: string;
  /** As a sentence names it. */
  readonly subject: string;
  /** What there is to know of it besides. */
  readonly details: string;
  /** Squares are what a layer has changed. */
  readonly shape: "circle" | "square";
}

interface Columns {
  readonly columns: readonly { readonly title: string; readonly units: readonly DrawnUnit[] }[];
  readonly connections: Connections;
}

export interface CouplingStructure extends Columns {
  readonly kind: "coupling";
  /** `[l][i]`: whether layer l keeps dimension i as it is. */
  readonly kept: CouplingMasks["kept"];
}

export interface MadeStructure extends Columns {
  readonly kind: "made";
  /** The dimensions in the order in which they see each other. */
  readonly order: readonly number[];
}

/** Columns of units and what connects them, from the data on. */
export type Structure = CouplingStructure | MadeStructure;

const subscripts = "₀₁₂₃₄₅₆₇₈₉";

/** The name of a dimension: x₁ is the first. */
export const symbolOf = (letter: string, dimension: number): string =>
  letter + (subscripts[dimension + 1] ?? dimension + 1);

export function couplingStructure({ kept, connections }: CouplingMasks): CouplingStructure {
  const dimensions = kept[0] ?? [];
  const last = kept.length;
  const whereOf = (column: number) =>
    column === 0 ? "of the data" : column === last ? "of the base" : `after layer ${column}`;
  const columns = Array.from({ length: last + 1 }, (_, column) => ({
    title: column === 0 ? "data" : column === last ? "base" : "",
    units: dimensions.map((_, dimension): DrawnUnit => {
      const isChanged = column > 0 && kept[column - 1]?.[dimension] === false;
      return {
        mark: String(dimension + 1),
        subject: `Dimension ${dimension + 1} ${whereOf(column)}`,
        details: column === 0 ? "" : `${isChanged ? "changed" : "kept"} by layer ${column}`,
        shape: isChanged ? "square" : "circle",
      };
    }),
  }));
  return { kind: "coupling", connections, kept, columns };
}

export function madeStructure({ degrees, connections, order }: MadeMasks): MadeStructure {
  const last = degrees.length - 1;
  const columns = degrees.map((layer, column) => ({
    title: column === 0 ? "inputs" : column === last ? "outputs" : `hidden ${column}`,
    units: layer.map((degree, unit) =>
      column === 0 || column === last
        ? endUnit(unit, degree, column === 0 ? "input" : "output")
        : hiddenUnit(unit, degree, column),
    ),
  }));
  return { kind: "made", connections, order, columns };
}

function hiddenUnit(unit: number, degree: number, layer: number): DrawnUnit {
  return {
    mark: String(degree),
    subject: `Unit ${unit + 1} of hidden layer ${layer}`,
    details: `degree ${degree}`,
    shape: "circle",
  };
}

/** An input or output with its place in the order: an input's degree; an output's is one less. */
function endUnit(dimension: number, degree: number, side: "input" | "output"): DrawnUnit {
  const isInput = side === "input";
  const place = isInput ? degree : degree + 1;
  const symbol = symbolOf("x", dimension);
  return {
    mark: String(place),
    beside: isInput ? symbol : `p(${symbol}|·)`,
    subject: `${isInput ? "Input" : "Output"} ${dimension + 1}`,
    details: `place ${place} in the order`,
    shape: "circle",
  };
}
