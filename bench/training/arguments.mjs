/** What a command line got wrong, said to a person. */
export class UsageError extends Error {}

/** @param {string} option @param {string} text a whole number above 0 */
export function count(option, text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`--${option} must be a whole number above 0, got "${text}"`);
}

/** @param {string} option @param {string} text any integer */
export function seed(option, text) {
  const number = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(number)) return number;
  throw new UsageError(`--${option} must be an integer, got "${text}"`);
}

/** Seconds of a time such as `90s`, `5min` or `2h`. @param {string} option @param {string} text */
export function seconds(option, text) {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(s|min|h)$/.exec(text) ?? [];
  const units = { s: 1, min: 60, h: 3600 };
  const value = Number(number) * units[/** @type {keyof typeof units} */ (unit)];
  if (value > 0) return value;
  throw new UsageError(`--${option} must be a time such as 60s, 5min or 2h, got "${text}"`);
}

/**
 * The entries whose ids a list names, in the table's order; all of them without a list.
 * @template {{ id: string }} T
 * @param {string} option @param {string | undefined} text ids, separated by commas
 * @param {readonly T[]} table
 */
export function chosen(option, text, table) {
  const wanted = text?.split(",").map((id) => id.trim());
  const unknown = wanted?.filter((name) => !table.some(({ id }) => id === name)) ?? [];
  if (unknown.length > 0) {
    const known = table.map(({ id }) => id).join(", ");
    throw new UsageError(`--${option}: there is no "${unknown.join('", "')}"; there are ${known}`);
  }
  return table.filter(({ id }) => wanted?.includes(id) ?? true);
}

/**
 * Runs a command; a wrong command line is answered in one line, and Ctrl-C is a stop that keeps what
 * is finished, with the status that shells expect.
 * @param {string} name the command's
 * @param {(signal: AbortSignal) => Promise<void>} command
 */
export async function runCommand(name, command) {
  const stop = new AbortController();
  // A second one ends the process at once.
  process.once("SIGINT", () => {
    console.error("\nStopping ...");
    stop.abort();
  });
  try {
    await command(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) {
      process.exitCode = 130;
      return;
    }
    if (!(error instanceof UsageError) && !isParseError(error)) throw error;
    console.error(`${name}: ${error.message.replace(/\.$/, "")}. See --help.`);
    process.exitCode = 2;
  }
}

/** Whether `parseArgs` refused the command line. @param {unknown} error @returns {error is Error} */
function isParseError(error) {
  const { code = "" } = /** @type {{ code?: string }} */ (error);
  return error instanceof Error && code.startsWith("ERR_PARSE_ARGS");
}
