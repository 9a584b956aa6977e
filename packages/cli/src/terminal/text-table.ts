/**
 * Lines of cells in aligned columns: the first column to the left, the others to the right. Where they are wider than
 * `width`, each row becomes a paragraph of its own: its first cell, below it the others beside their headers.
 *
 * @param rows the first of them is the header.
 */
export function textTable(rows: readonly (readonly string[])[], width = Infinity): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] as number;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  if (lines.every((line) => line.length <= width)) return lines;
  const [[, ...headers] = [], ...body] = rows;
  return body.flatMap(([first = "", ...cells]) => {
    const facts = cells.map((cell, column) => [headers[column] ?? "", cell] as const);
    return [...wrap(first, width), ...factLines(facts, width - 2).map((line) => `  ${line}`)];
  });
}

/** Beside labels that leave less room, values are not readable. */
const LEAST_ROOM = 20;

/**
 * Facts as lines: labels of one width, their values wrapped beside them at `width` columns; below them, where they
 * leave too little room.
 */
export function factLines(facts: readonly (readonly [string, string])[], width: number): string[] {
  const label = Math.max(...facts.map(([name]) => name.length)) + 2;
  if (width - label < LEAST_ROOM) {
    return facts.flatMap(([name, value]) => [
      ...(name === "" ? [] : wrap(name.trimEnd(), width)),
      ...wrap(value, width - 2).map((line) => `  ${line}`),
    ]);
  }
  return facts.flatMap(([name, value]) =>
    wrap(value, width - label).map((line, place) => (place === 0 ? name : "").padEnd(label) + line),
  );
}

/** Breaks text at blanks into lines of at most `width` characters; longer words stay whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
