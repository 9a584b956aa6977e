/** What was given, without the options that were not. */
export function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}

export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
