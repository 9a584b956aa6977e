import { DataError } from "pushforward";

/** DuckDB's report on a query, in one line: what is wrong, and where. */
export function sqlError(source: string, report: string): DataError {
  const [reason = "", place] = report.split(/^LINE /m) as [string, string?];
  const said = reason
    .replace(/^(Failed to extract statements: )?([A-Z][\w ]* Error: )?/, "")
    .trim()
    .replace(/\s*\n\s*/g, "; ");
  return new DataError(
    `${source}: ${said}${place === undefined ? "" : ` (${whereabouts(place)})`}`,
  );
}

/** DuckDB's report on a file: the position in a query that nobody wrote is left out. */
export function fileError(source: string, report: string): DataError {
  return sqlError(source, report.replace(/^LINE [\s\S]*/m, ""));
}

/** Of `2: where y = 3` and a caret below: `line 2, at "y = 3"`. */
function whereabouts(place: string): string {
  const [first = "", caretLine = ""] = place.split("\n");
  const line = /^\d+/.exec(first)?.[0];
  // The caret stands below the text with `LINE ` in front of it, which is cut off here.
  const words = first.slice(Math.max(0, caretLine.indexOf("^") - "LINE ".length)).trim();
  return `line ${line}, ${words === "" ? "at its end" : `at ${JSON.stringify(words.slice(0, 40))}`}`;
}
