interface PatternMatrixProps {
  /** `[row][column]`. */
  readonly pattern: readonly (readonly boolean[])[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** What is seen, in words. */
  readonly label: string;
  /** Whether an entry is there because the dimension stays as it is. */
  readonly isKept?: (row: number, column: number) => boolean;
  readonly marked?: { readonly row?: number; readonly column?: number };
}

const SIZE = 200;
const MARGIN = 24;

/** Where a matrix is not zero: filled squares; ones that a layer keeps are hollow. */
export function PatternMatrix({
  pattern,
  rows,
  columns,
  label,
  isKept,
  marked,
}: PatternMatrixProps) {
  const cell = (SIZE - MARGIN - 2) / Math.max(rows.length, columns.length);
  const [width, height] = [cell * columns.length, cell * rows.length];
  const left = MARGIN + (SIZE - MARGIN - 2 - width) / 2;
  const inset = Math.max(1, cell * 0.1);
  return (
    <svg class="chart masks-matrix" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={label}>
      <g transform={`translate(${left},${MARGIN})`}>
        {rows.map((row, i) => (
          <text key={`row ${i}`} x={-5} y={(i + 0.5) * cell} dy="0.35em" text-anchor="end">
            {row}
          </text>
        ))}
        {columns.map((column, j) => (
          <text key={`column ${j}`} x={(j + 0.5) * cell} y={-6} text-anchor="middle">
            {column}
          </text>
        ))}
        {pattern.map((entries, i) =>
          entries.map((entry, j) => (
            <rect
              key={`${i} ${j}`}
              class={`cell ${entry ? (isKept?.(i, j) ? "kept" : "set") : "zero"}`}
              x={j * cell + inset}
              y={i * cell + inset}
              width={cell - 2 * inset}
              height={cell - 2 * inset}
            />
          )),
        )}
        {marked?.row !== undefined && (
          <rect class="marked" x={0} y={marked.row * cell} width={width} height={cell} />
        )}
        {marked?.column !== undefined && (
          <rect class="marked" x={marked.column * cell} y={0} width={cell} height={height} />
        )}
      </g>
    </svg>
  );
}
