/** A name for one more column: the one asked for, with underscores after it where columns have that already. */
export function freeName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? freeName(`${name}_`, taken) : name;
}
