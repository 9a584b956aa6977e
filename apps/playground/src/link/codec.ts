/** One setting in a link: its default, and the way from its text and back. */
export interface Codec<T> {
  readonly fallback: T;
  /** @returns undefined for a text that is no such value. */
  read(text: string): T | undefined;
  write(value: T): string;
  /** For people: what the setting takes. */
  readonly takes: string;
}

/** One of some names. */
export function oneOf<const T extends string>(names: readonly T[], fallback: NoInfer<T>): Codec<T> {
  return {
    fallback,
    read: (text) => names.find((name) => name === text),
    write: (value) => value,
    takes: `one of ${names.join(", ")}`,
  };
}

/** A whole number of a range. */
export function wholeNumber(low: number, high: number, fallback: number): Codec<number> {
  return {
    fallback,
    read(text) {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      return Number.isInteger(value) && value >= low && value <= high ? value : undefined;
    },
    write: String,
    takes: `a whole number from ${low} to ${high}`,
  };
}

/** A number of a range. */
export function decimal(low: number, high: number, fallback: number): Codec<number> {
  return {
    fallback,
    read(text) {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      return value >= low && value <= high ? value : undefined;
    },
    write: String,
    takes: `a number from ${low} to ${high}`,
  };
}

/** The settings that a scene puts in a link. */
export type Codecs<S> = { readonly [K in keyof S]: Codec<S[K]> };

/** The defaults of all settings. */
export function defaultsOf<S>(codecs: Codecs<S>): S {
  return mapEntries(codecs, ({ fallback }) => fallback) as S;
}

/** The settings that a link asks for, defaults where it says nothing, and what of it could not be read. */
export function readSettings<S>(
  codecs: Codecs<S>,
  given: URLSearchParams,
): { settings: S; problems: string[] } {
  const problems: string[] = [];
  const settings = mapEntries(codecs, (codec, name) => {
    const text = given.get(name);
    if (text === null) return codec.fallback;
    const value = codec.read(text);
    if (value !== undefined) return value;
    const shown = text.length > 20 ? `${text.slice(0, 20)}…` : text;
    problems.push(`The link asks for ${name} “${shown}”, which takes ${codec.takes}.`);
    return codec.fallback;
  }) as S;
  return { settings, problems };
}

/** What of the settings differs from the defaults. */
export function writeSettings<S>(codecs: Codecs<S>, settings: S): URLSearchParams {
  const written = new URLSearchParams();
  for (const name of Object.keys(codecs) as (keyof S & string)[]) {
    const codec = codecs[name];
    const text = codec.write(settings[name]);
    if (text !== codec.write(codec.fallback)) written.set(name, text);
  }
  return written;
}

function mapEntries<S>(codecs: Codecs<S>, map: (codec: Codec<unknown>, name: string) => unknown) {
  const entries = Object.entries(codecs) as [string, Codec<unknown>][];
  return Object.fromEntries(entries.map(([name, codec]) => [name, map(codec, name)]));
}
