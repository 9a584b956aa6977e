import { DomainError } from "./errors.ts";

/** @throws DomainError unless `value` is an integer from `least` to `most`; `what` names it. */
export function checkCount(
  who: string,
  what: string,
  value: number,
  least = 1,
  most = Infinity,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most < Infinity ? `an integer from ${least} to ${most}` : `an integer >= ${least}`;
  const expected = least === 1 && most === Infinity ? "a positive integer" : range;
  throw new DomainError(`${who}: ${what} must be ${expected}, got ${show(value)}.`);
}

function show(value: unknown): string {
  return typeof value === "number" ? `${value}` : (JSON.stringify(value) ?? `${value}`);
}

/** @throws DomainError unless `value` is positive and finite; `what` names it. */
export function checkPositive(who: string, what: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return;
  throw new DomainError(`${who}: ${what} must be positive and finite, got ${show(value)}.`);
}

/** @throws DomainError unless `value` is zero or positive, and finite; `what` names it. */
export function checkNotNegative(who: string, what: string, value: number): void {
  if (value >= 0 && Number.isFinite(value)) return;
  throw new DomainError(`${who}: ${what} must be 0 or positive, and finite, got ${show(value)}.`);
}
