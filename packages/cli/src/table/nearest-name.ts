import { quoted } from "./wording.ts";

/** Words for a message on a name that there is not: `, did you mean "species"`, or nothing where none is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? "" : `, did you mean ${quoted(nearest)}`;
}

/** Nobody mistypes longer names, and comparing them takes the square of their letters. */
const MOST_LETTERS = 100;

/**
 * The name that is a slip of the keyboard away: a third of its letters at most, whatever their case; none for a name
 * of more than 100 letters.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > MOST_LETTERS) return undefined;
  const wanted = name.toLowerCase();
  const found = names
    .filter((each) => Math.abs(each.length - name.length) <= mostSlips(name))
    .map((each) => ({ each, slips: editDistance(wanted, each.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips)[0];
  return found && found.slips <= mostSlips(name) ? found.each : undefined;
}

/** Of a name of one letter, another case only. */
const mostSlips = ({ length }: string): number =>
  length < 2 ? 0 : Math.max(1, Math.floor(length / 3));

/** Letters to put in, take out, change or swap with the next (Damerau 1964), each letter once. */
function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] as number) + Number(a[i - 1] !== b[j - 1]);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] as number) + 1
          : Infinity;
      row.push(Math.min(changed, swapped, (last[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}
