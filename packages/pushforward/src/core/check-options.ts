import { DomainError } from "./errors.ts";

/** @throws DomainError for an option that is given and not one of those known: a typing error, most often. */
export function checkOptionNames(who: string, options: object, known: readonly string[]): void {
  const stray = Object.entries(options).find(
    ([name, value]) => value !== undefined && !known.includes(name),
  );
  if (!stray) return;
  throw new DomainError(
    `${who}: there is no option "${stray[0]}". There are: ${known.join(", ")}.`,
  );
}
