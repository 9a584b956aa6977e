import type { DataSource, SourceColumn } from "./data-source.ts";
import { identifier } from "./database.ts";
import { inShell, quoted } from "./wording.ts";

/**
 * What columns of text seem to write, and the query that reads it; null where none is known to write dates or times.
 *
 * @param toFit whether a model is to be fitted to what is read.
 */
export function timeHint(
  { fromSql }: Pick<DataSource, "fromSql">,
  columns: readonly SourceColumn[],
  toFit = false,
): string | null {
  const found = columns.filter(({ times }) => times.length > 0);
  if (found.length === 0) return null;
  const written = found.map(({ name, times }) => {
    const forms = times.map((form) => form.written).join(" or ");
    return `${quoted(name)} (${forms}${times.length > 1 ? ", no row says which" : ""})`;
  });
  const read = found.flatMap(({ name, times }) =>
    times.slice(0, 1).map((form) => `${form.sql(identifier(name))} as ${identifier(name)}`),
  );
  const query =
    fromSql === null
      ? `select ${read.join(", ")}, ...`
      : `select * replace (${read.join(", ")}) from ${fromSql}`;
  const types = found.flatMap(({ name, times: [form] }) =>
    toFit && form?.type ? [` --type ${inShell(`${name}=${form.type}`)}`] : [],
  );
  return (
    `${written.join(" and ")} ${found.length > 1 ? "look" : "looks"} like dates or times; to read them as such: ` +
    `--sql "${query.replace(/["\\$`]/g, "\\$&")}"${types.join("")}`
  );
}
