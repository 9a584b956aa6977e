/** A line of names, quoted where they hold a separator, a quote, a line end or blanks around. */
export function csvHeader(names: readonly string[]): string {
  return csvLine(
    names.map((name) =>
      /[",;\t\r\n#]|^\s|\s$|^$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name,
    ),
  );
}

/** A line of cells that need no quotes. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.join(",")}\n`;
}
