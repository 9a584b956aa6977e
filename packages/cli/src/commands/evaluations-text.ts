/** How often the networks of layers that are iterated were evaluated, as a fact; none where there are no such layers. */
export function evaluationsFact(count: number | undefined): [string, string][] {
  return count === undefined
    ? []
    : [["evaluations", `of the networks, at most ${shown(count)} for a row`]];
}

/** The same at the end of a line. */
export function evaluationsNote(count: number | undefined): string {
  return count === undefined
    ? ""
    : `; at most ${shown(count)} evaluations of the networks for a row`;
}

const shown = (count: number): string => count.toLocaleString("en-US");
