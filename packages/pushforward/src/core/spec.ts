/** Plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** The four families of parts a flow is built from; each names its factories by `kind`. */
export type Family = "bijector" | "distribution" | "transformer" | "network";

/**
 * Enough to build a part again: `{ "bijector": "coupling", "options": { ... } }`, where `options` is
 * the argument of the factory of that name and nested parts are specs in turn.
 */
export type Spec = { [F in Family]?: string } & { options: { [key: string]: Json | undefined } };

/** The spec of a part: its options with every nested part replaced by its own spec. */
export function specOf(family: Family, kind: string, options: object): Spec {
  return { [family]: kind, options: toJson(options) } as Spec;
}

function toJson(value: unknown): Json {
  if (value === null || typeof value !== "object") return (value ?? null) as Json;
  if ("spec" in value) return toJson(value.spec);
  if (Array.isArray(value)) return value.map(toJson);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, toJson(entry)]));
}
