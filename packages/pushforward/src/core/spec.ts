import { DomainError } from "./errors.ts";

/** Plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** The four families of parts a flow is built from; each names its factories by `kind`. */
export type Family = "bijector" | "distribution" | "transformer" | "network";

/**
 * Enough to build a part again: `{ "bijector": "coupling", "options": { ... } }`, where `options` is
 * the argument of the factory of that name and nested parts are specs in turn.
 */
export type Spec = { [F in Family]?: string } & { options: { [key: string]: Json | undefined } };

/**
 * The spec of a part: its options with every nested part replaced by its own spec.
 *
 * @throws DomainError for an option that JSON cannot hold: a model saved with it could not be loaded.
 */
export function specOf(family: Family, kind: string, options: object): Spec {
  const entries = jsonEntries(options, (value, path) => {
    throw new DomainError(
      `${kind}: option ${path} is ${show(value)}, which a model file cannot hold. Options are ` +
        "finite numbers, text, booleans, null, parts such as bijectors, and lists and plain objects of these.",
    );
  });
  return { [family]: kind, options: entries } as Spec;
}

type Refuse = (value: unknown, path: string) => never;

function jsonEntries(value: object, refuse: Refuse, path?: string): { [key: string]: Json } {
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    given.map(([key, entry]) => [
      key,
      toJson(entry, refuse, path === undefined ? key : `${path}.${key}`),
    ]),
  );
}

function toJson(value: unknown, refuse: Refuse, path: string): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object") return refuse(value, path);
  if ("spec" in value) return toJson(value.spec, refuse, path);
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return Array.from(value as ArrayLike<unknown>, (entry, i) =>
      toJson(entry, refuse, `${path}[${i}]`),
    );
  }
  return isPlain(value) ? jsonEntries(value, refuse, path) : refuse(value, path);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  return `an instance of ${value.constructor?.name || "a class"}`;
}
