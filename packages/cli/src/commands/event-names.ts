import type { Model } from "pushforward";

/** What the numbers of an event are called: columns, categories of columns, gaps of columns. */
export function eventNames({ columns }: Model): string[] {
  return columns.map(({ name }, index) => name ?? `column${index}`);
}
