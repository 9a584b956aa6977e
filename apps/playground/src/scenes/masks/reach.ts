/** Which unit sees which, `[layer][unit][unit of the layer before]`. */
export type Connections = readonly (readonly (readonly boolean[])[])[];

/** A unit among columns of units, from the first to the last. */
export interface Place {
  readonly column: number;
  readonly unit: number;
}

/** How units stand to a chosen one. */
export type Standing = "chosen" | "reached" | "seen" | "apart";

/** `[i][j]`: whether a way leads from unit j of one column to unit i of a later one. */
export function dependence(connections: Connections, from: number, to: number): boolean[][] {
  const width = widthOf(connections, from);
  const identity = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => i === j),
  );
  return connections
    .slice(from, to)
    .reduce<boolean[][]>(
      (reach, layer) =>
        layer.map((sees) =>
          Array.from({ length: width }, (_, input) =>
            sees.some((isSeen, unit) => isSeen && reach[unit]?.[input] === true),
          ),
        ),
      identity,
    );
}

/** The number of units of a column. */
export function widthOf(connections: Connections, column: number): number {
  return (column === 0 ? connections[0]?.[0]?.length : connections[column - 1]?.length) ?? 0;
}

/** What the chosen unit reaches in later columns, and what it depends on in earlier ones. */
export function standings(connections: Connections, chosen: Place | null): Standing[][] {
  return Array.from({ length: connections.length + 1 }, (_, column) => {
    const units = Array.from({ length: widthOf(connections, column) }, (_, unit) => unit);
    if (!chosen) return units.map(() => "apart");
    if (column === chosen.column) {
      return units.map((unit) => (unit === chosen.unit ? "chosen" : "apart"));
    }
    if (column > chosen.column) {
      const reach = dependence(connections, chosen.column, column);
      return units.map((unit) => (reach[unit]?.[chosen.unit] ? "reached" : "apart"));
    }
    const seen = dependence(connections, column, chosen.column)[chosen.unit] ?? [];
    return units.map((unit) => (seen[unit] ? "seen" : "apart"));
  });
}

/** The unit where there is one. */
export function placeWithin(connections: Connections, place: Place | null): Place | null {
  if (!place || place.column > connections.length) return null;
  return place.unit < widthOf(connections, place.column) ? place : null;
}
