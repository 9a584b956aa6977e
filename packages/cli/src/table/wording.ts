/** Words for messages about tables: every message stays on one line, whatever a file holds. */

/** A count with its noun, thousands set apart: `1 row`, `12,345 rows`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A name or a cell in quotes, control characters escaped, shortened after 40 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}

/** A list of names in quotes, cut after `limit`: `"a", "b" and 7 more`. */
export function listed(names: readonly string[], limit = 8): string {
  const shown = names.slice(0, limit).map(quoted).join(", ");
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** An option as one would type it, the name quoted for a shell where it must be. */
export function option(
  flag: "--columns" | "--exclude" | "--given" | "--keep",
  name: string,
): string {
  const field = /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
  return `${flag} ${/^[\w.%+:@/-]+$/.test(field) ? field : inShell(field)}`;
}

/** A text in single quotes for a shell. */
export const inShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
