/** A line of names, as {@link csvText} writes each. */
export function csvHeader(names: readonly string[], separator?: "," | "\t"): string {
  return csvLine(names.map(csvText), separator);
}

/** Text as a cell, quoted where it holds a separator, a quote, a line end or blanks around. */
export function csvText(text: string): string {
  return /[",;\t\r\n#]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of cells that need no quotes. */
export function csvLine(cells: readonly string[], separator: "," | "\t" = ","): string {
  return `${cells.join(separator)}\n`;
}
