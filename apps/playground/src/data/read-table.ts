import { createColumn, looksNumeric, type NumberColumn } from "./number-column.ts";
import { TableError } from "./table-error.ts";
import { delimiterOf, rowsOf } from "./table-rows.ts";

export interface VisitorTable {
  readonly name: string;
  readonly rows: number;
  /** The columns of which at least half of the cells are numbers; no two have one name. */
  readonly columns: readonly NumberColumn[];
  /** Which columns were left out though they hold numbers, and why. */
  readonly remarks: readonly string[];
}

/** Larger files and longer tables belong to the command, which reads them in a stream. */
const LARGEST_MB = 100;
const MOST_ROWS = 1_000_000;

const elsewhere =
  "Take fewer rows, or the command, pushforward fit, which has room for all of them.";

/** Fewer rows than this are too few to hold any out. */
export const FEWEST_ROWS = 20;

/**
 * Read a table of comma-, semicolon- or tab-separated values with a header line. It does not leave the page, which
 * stays fluent meanwhile.
 *
 * @param report hears which share of the file has been read.
 * @throws TableError that says what is wrong and where.
 */
export async function readTable(
  file: File,
  report?: (share: number) => void,
): Promise<VisitorTable> {
  try {
    return { name: file.name, ...(await readColumns(await textOf(file), report)) };
  } catch (error) {
    if (error instanceof TableError) throw new TableError(`${file.name}: ${error.message}`);
    throw error;
  }
}

async function textOf(file: File): Promise<string> {
  if (file.size > LARGEST_MB * 1e6) {
    throw new TableError(`it is larger than ${LARGEST_MB} MB. ${elsewhere}`);
  }
  const text = await file.text().catch(() => {
    throw new TableError("the browser cannot read it. Is it a folder, or was it moved or changed?");
  });
  if (text.trim() === "") throw new TableError("the file is empty.");
  if (/[\0\uFFFD]/.test(text.slice(0, 65_536))) {
    throw new TableError("this is no text in UTF-8. Save the table as CSV in UTF-8.");
  }
  return text;
}

async function readColumns(text: string, report?: (share: number) => void) {
  const delimiter = delimiterOf(text);
  let collectors: readonly ReturnType<typeof createColumn>[] | undefined;
  let rows = 0;
  for await (const piece of rowsOf(text, delimiter, report)) {
    for (const { line, cells } of piece) {
      if (!collectors) {
        collectors = namesOf(cells).map((name) => createColumn(name, delimiter === ";"));
        continue;
      }
      if (cells.length !== collectors.length) {
        throw new TableError(
          `line ${line} has ${count(cells.length, "cell")}, the header ${collectors.length}. Mend the line.`,
        );
      }
      for (const [index, collector] of collectors.entries()) {
        collector.add(cells[index] as string, line);
      }
      rows += 1;
    }
    if (rows > MOST_ROWS) throw new TableError(`it has more than ${MOST_ROWS} rows. ${elsewhere}`);
  }
  if (rows < FEWEST_ROWS) {
    throw new TableError(
      `it has ${count(rows, "row")} below the header; ${FEWEST_ROWS} are the least.`,
    );
  }
  return { rows, ...chooseColumns((collectors ?? []).map((collector) => collector.finish())) };
}

/** @throws TableError where the first line is none of names. */
function namesOf(header: readonly string[]): string[] {
  const filled = header.map((cell) => cell.trim()).filter((cell) => cell !== "");
  if (filled.every(looksNumeric)) {
    const shown = `${filled.slice(0, 4).join(", ")}${filled.length > 4 ? ", …" : ""}`;
    throw new TableError(
      `its first line, “${shown}”, is all numbers: it seems to have no header line. Put a line with the names of the columns above it.`,
    );
  }
  if (header.length === 1) {
    throw new TableError(
      `its header has one cell, “${filled[0]}”. Two columns are needed, with a comma, a semicolon or a tab between them.`,
    );
  }
  return header.map((cell, index) => cell.trim() || `column ${index + 1}`);
}

/** @throws TableError where there are no two columns of numbers, or two of one name. */
function chooseColumns(readings: readonly ReturnType<ReturnType<typeof createColumn>["finish"]>[]) {
  const columns = readings.flatMap((reading) =>
    reading.type === "numbers" ? [reading.column] : [],
  );
  const unclear = readings.flatMap((reading) =>
    reading.type === "unclear" ? [reading.reason] : [],
  );
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw new TableError(`two columns have the name “${twice}”. Give each a name of its own.`);
  }
  if (columns.length < 2) {
    if (unclear[0]) throw new TableError(unclear[0]);
    const found = columns.length === 1 ? `only “${columns[0]?.name}” has` : "no column has";
    throw new TableError(
      `two columns of numbers are needed, and ${found} numbers in half of its cells.`,
    );
  }
  return { columns, remarks: unclear.map((reason) => `Left out: ${reason}`) };
}

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? "" : "s"}`;

/** Pairs of two columns, without the rows where either has a gap; `[n, 2]`, row-major. */
export function pairColumns(x: NumberColumn, y: NumberColumn): Float32Array {
  const pairs = new Float32Array(2 * x.values.length);
  let filled = 0;
  for (const [row, value] of x.values.entries()) {
    const other = y.values[row] as number;
    if (Number.isNaN(value) || Number.isNaN(other)) continue;
    pairs[filled++] = value;
    pairs[filled++] = other;
  }
  return pairs.slice(0, filled);
}
