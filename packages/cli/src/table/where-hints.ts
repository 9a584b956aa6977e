import { DomainError } from "pushforward";
import type { Field } from "pushforward/tables";
import type { Token } from "./where-tokens.ts";
import { quoted } from "./wording.ts";

/** What other languages have, and what there is instead. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["between", 'use >= and <=, as in "mass >= 3000 and mass <= 4000"'],
  ["like", "use =, !=, in (...) or not in (...), which compare whole values"],
  ["ilike", "use =, !=, in (...) or not in (...), which compare whole values in any case"],
]);

/**
 * Refuses what looks like a condition of another language, where none of this one could be read.
 *
 * @param begin the first words of the condition, no more than three.
 * @throws DomainError saying what there is instead.
 */
export function refuseForeign(begin: readonly (Token | undefined)[]): void {
  const [first, ...others] = begin.map((token) =>
    token?.quote === undefined ? (token?.text.toLowerCase() ?? "") : "",
  );
  if (first === "not") {
    throw new DomainError(
      '--where: a condition cannot begin with "not"; use !=, not in (...) or is not null',
    );
  }
  const word = others[0] === "not" ? others[1] : others[0];
  const instead = INSTEAD.get(word ?? "");
  if (instead) throw new DomainError(`--where: there is no ${quoted(word as string)}; ${instead}`);
}

/** The way out where a text is no value of a column; nothing where there is no guess. */
export function insteadOfValue(text: string, fields: readonly Field[]): string {
  if (text.toLowerCase() === "null") {
    return "for missing cells use is null, for the others is not null";
  }
  return fields.some(({ name }) => name === text)
    ? `a condition compares a column with a value, and ${quoted(text)} is a column`
    : "";
}
