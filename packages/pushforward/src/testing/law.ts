import { DomainError } from "../core/errors.ts";

/** One property that a part must have; test runners take it as `test(law.name, law.check)`. */
export interface Law {
  readonly name: string;
  /** Why the law is not checked; `null`: it is. The `check` of a skipped law does nothing. */
  readonly skipped: string | null;
  /** Rejects with an Error that says what was measured, at which input, and the limit. */
  check(): Promise<void>;
}

/** Laws that a part is excepted from: law name -> reason. */
export type SkippedLaws = Readonly<Record<string, string>>;

/** A law's name and what checks it. */
export type LawCheck = readonly [name: string, check: () => Promise<void>];

/**
 * Put exceptions on record.
 *
 * @throws DomainError for an exception that names no law or gives no reason.
 */
export function lawsFrom(who: string, checks: readonly LawCheck[], skip: SkippedLaws): Law[] {
  const names = checks.map(([name]) => name);
  for (const [name, reason] of Object.entries(skip)) {
    if (!names.includes(name)) {
      throw new DomainError(
        `${who}: there is no law "${name}" to skip. The laws are ${names.map((known) => `"${known}"`).join(", ")}.`,
      );
    }
    if (reason.trim() === "") {
      throw new DomainError(`${who}: got no reason to skip the law "${name}". Say why.`);
    }
  }
  return checks.map(([name, check]) => {
    const skipped = skip[name] ?? null;
    return Object.freeze({ name, skipped, check: skipped === null ? check : async () => {} });
  });
}
