import { DomainError } from "../core/errors.ts";

/** What a column holds, where its cells alone do not say so. */
export type ColumnType =
  | { readonly type: "real" | "positive" | "integer" | "heavy-tailed" | "category" }
  | { readonly type: "bounded" | "circular"; readonly low: number; readonly high: number };

const plain = ["real", "positive", "integer", "heavy-tailed", "category"] as const;
const withEnds = ["bounded", "circular"] as const;

const EXPECTED =
  "real, positive, integer, heavy-tailed, category, bounded(low, high) or circular(low, high)";

/**
 * A column's type from its text, such as `positive` or `circular(0, 360)`.
 *
 * @throws DomainError for other text.
 */
export function parseColumnType(text: string): ColumnType {
  const name = plain.find((each) => each === text.trim());
  if (name) return { type: name };
  const found = /^\s*(\w+)\s*\(\s*([^,\s]+)\s*,\s*([^,\s]+)\s*\)\s*$/.exec(text);
  const type = withEnds.find((each) => each === found?.[1]);
  if (!found || !type) {
    throw new DomainError(`there is no column type "${text}"; take ${EXPECTED}.`);
  }
  const [low, high] = [Number(found[2]), Number(found[3])];
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new DomainError(`the column type "${text}" needs two numbers, the smaller one first.`);
  }
  return { type, low, high };
}
