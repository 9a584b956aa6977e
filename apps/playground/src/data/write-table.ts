import Papa from "papaparse";

/**
 * Numbers as comma-separated values with a header line.
 *
 * @param parts row-major arrays that stand side by side, of `widths` columns each.
 */
export function writeTable(
  header: readonly string[],
  parts: readonly Float32Array[],
  widths: readonly number[],
): string {
  const count = (parts[0]?.length ?? 0) / (widths[0] ?? 1);
  const rows = Array.from({ length: count }, (_, row) =>
    parts.flatMap((part, index) => {
      const width = widths[index] ?? 1;
      return Array.from(part.subarray(row * width, (row + 1) * width), shortest);
    }),
  );
  return `${Papa.unparse([[...header], ...rows], { newline: "\n" })}\n`;
}

/** The shortest decimal that is the same single-precision number. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}
