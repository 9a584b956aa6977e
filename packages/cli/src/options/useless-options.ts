import { DomainError } from "pushforward";

/** Options that only one kind of data has a use for. */
const own = {
  tables: [
    "sql",
    "table",
    "columns",
    "exclude",
    "keep",
    "given",
    "types",
    "missing",
    "dropDependent",
    "config",
    "maxRows",
    "anomalies",
    "where",
    "training",
  ],
  images: ["bits", "labels", "classes", "class", "flips", "dequantization"],
} as const;

/**
 * Refuses the options that only tables, or only images, have a use for.
 *
 * @param because what is there in their place: "t.csv is a table".
 * @throws DomainError naming the first of them.
 */
export function refuseOptionsOf(kind: keyof typeof own, options: object, because: string): void {
  const useless = own[kind].find((name) => (options as Record<string, unknown>)[name]);
  if (useless === undefined) return;
  throw new DomainError(`${flagOf(useless)}: is for ${kind}, and ${because}; leave it out`);
}

/** An option as one would type it: `dropMissing` is `--drop-missing`. */
export function flagOf(name: string): string {
  if (name === "types") return "--type";
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
