import { DomainError } from "./errors.ts";

/** @throws DomainError where `value`, which `what` names, is no object of options such as `example`. */
export function checkOptionsObject(
  who: string,
  what: string,
  value: unknown,
  example: string,
): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new DomainError(
    `${who}: ${what} must be an object such as ${example}, got ${JSON.stringify(value)}.`,
  );
}

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
