/** What the lines and dots of a chart are: kinds of the style sheet with their names. */
export function Legend({
  entries,
}: {
  readonly entries: readonly {
    readonly kind: string;
    readonly title: string;
    readonly mark: "line" | "dot";
    /** A number that belongs to it. */
    readonly value?: string | undefined;
  }[];
}) {
  return (
    <ul class="legend">
      {entries.map(({ kind, title, mark, value }) => (
        <li key={kind}>
          <svg viewBox="0 0 20 10" width="20" height="10" aria-hidden="true">
            {mark === "line" ? (
              <path class={`curve ${kind}`} d="M0 5h20" />
            ) : (
              <path class={`points ${kind}`} d="M10 5h0" />
            )}
          </svg>
          {title}
          {value !== undefined && <b>{value}</b>}
        </li>
      ))}
    </ul>
  );
}
