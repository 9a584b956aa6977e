/** What the command's exit code says. */
export const exitCodes = { done: 0, failure: 1, userError: 2, interrupted: 130 } as const;

/** Thrown when Ctrl-C has ended a command in good order; the message says what is left behind. */
export class Interrupted extends Error {}

/** Codes of the library's errors that its user can mend. */
const USER_ERRORS = new Set(["data", "model-file", "domain", "shape", "condition", "engine"]);

/** The exit code of an error. */
export function exitCode(error: unknown): number {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  return USER_ERRORS.has(codeOf(error) ?? "") ? exitCodes.userError : exitCodes.failure;
}

/** The one line that tells of an error. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const message = withRow(error, text.replace(/\s*\n\s*/g, " "));
  const expected = error instanceof Interrupted || LIBRARY_ERRORS.has(codeOf(error) ?? "");
  if (expected) return message;
  return `unexpected error: ${message} (PUSHFORWARD_DEBUG=1 shows where; please report it)`;
}

/** The library counts rows from 0, people from 1. */
function withRow(error: unknown, message: string): string {
  if (codeOf(error) !== "solver") return message;
  return message.replace(/^row (\d+)/, (_, row) => `row ${Number(row) + 1}`);
}

/** An error for machines; `code` is the library's own where it has one. */
export function errorJson(error: unknown): { error: { code: string; message: string } } {
  const known = LIBRARY_ERRORS.has(codeOf(error) ?? "") ? codeOf(error) : undefined;
  const code = error instanceof Interrupted ? "interrupted" : (known ?? "unexpected");
  return { error: { code, message: errorLine(error) } };
}

const LIBRARY_ERRORS = new Set([...USER_ERRORS, "inverse-unavailable", "not-finite", "solver"]);

/** Errors are told apart by their code, so that this file need not load the library. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
