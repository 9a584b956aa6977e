import type { FastifySchemaValidationError } from "fastify";
import { nearestName } from "../table/nearest-name.ts";
import { counted, quoted } from "../table/wording.ts";

/** What a validator finds wrong, with the value that it looked at and the schema that it went by. */
export type Fault = FastifySchemaValidationError & {
  data?: unknown;
  parentSchema?: { properties?: object; minItems?: number; maxItems?: number };
};

/**
 * Where a body is not as its schema wants it, and why: `/rows/3/1: must be a number, got "abc"`.
 *
 * Of alternatives, such as rows as lists and rows as objects, each has a fault of its own. The one
 * that got furthest tells what was meant.
 */
export function reasonOf(faults: readonly Fault[]): string {
  const fault = faults.reduce((best, next) => (isFurther(next, best) ? next : best));
  return `${fault.instancePath || "the body"}: ${textOf(fault)}`;
}

function isFurther(a: Fault, b: Fault): boolean {
  const [first, second] = [segments(a), segments(b)];
  for (let depth = 0; depth < Math.min(first.length, second.length); depth++) {
    const difference = Number(first[depth]) - Number(second[depth]);
    if (difference) return difference > 0;
  }
  if (first.length !== second.length) return first.length > second.length;
  return rank(a) > rank(b);
}

const segments = ({ instancePath }: Fault): string[] => instancePath.split("/").slice(1);

/** Who complains of something else than the type has found the type in order. */
function rank({ keyword }: Fault): number {
  return keyword === "anyOf" ? 0 : keyword === "type" ? 1 : 2;
}

function textOf({ keyword, params, data, message, parentSchema = {} }: Fault): string {
  switch (keyword) {
    case "type":
      return `must be ${TYPES[String(params.type)] ?? params.type}, got ${shown(data)}`;
    case "required":
      return missingText(String(params.missingProperty), data as object, namesOf(parentSchema));
    case "additionalProperties":
      return unknownText(String(params.additionalProperty), namesOf(parentSchema));
    case "minItems":
    case "maxItems": {
      const isExact = parentSchema.minItems === parentSchema.maxItems;
      const bound = isExact ? "" : keyword === "minItems" ? "at least " : "at most ";
      const { length } = data as unknown[];
      return `has ${counted(length, "item")}, expected ${bound}${params.limit}`;
    }
    case "enum":
      return `must be ${choices(params.allowedValues as unknown[])}, got ${shown(data)}`;
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return `must be ${BOUNDS[keyword]} ${params.limit}, got ${shown(data)}`;
    default:
      return message ?? "is not what is expected";
  }
}

const BOUNDS = { minimum: "at least", maximum: "at most", exclusiveMinimum: "above" } as const;

const namesOf = ({ properties = {} }: NonNullable<Fault["parentSchema"]>): string[] =>
  Object.keys(properties);

/** A name that is lacking is most often one that is there, mistyped. */
function missingText(missing: string, data: object, names: readonly string[]): string {
  const unknown = firstUnknown(data, names);
  const mistyped = unknown.find(
    (key) => nearestName(key, [missing]) === missing && nearestName(key, names) === missing,
  );
  if (mistyped !== undefined) return unknownText(mistyped, names);
  const [first] = unknown;
  const lacks = `lacks ${quoted(missing)}`;
  return first === undefined ? lacks : `${lacks}, and ${unknownText(first, names)}`;
}

/** Keys of a row that are compared with names: a row may have hundreds of thousands. */
const MOST_UNKNOWN = 20;

function firstUnknown(data: object, names: readonly string[]): string[] {
  const known = new Set(names);
  const unknown: string[] = [];
  for (const key of Object.keys(data)) {
    if (unknown.length === MOST_UNKNOWN) break;
    if (!known.has(key)) unknown.push(key);
  }
  return unknown;
}

function unknownText(key: string, names: readonly string[]): string {
  const nearest = nearestName(key, names);
  const meant = nearest === undefined ? "" : `; did you mean ${quoted(nearest)}?`;
  return `has ${quoted(key)}, which is not known here${meant}`;
}

const TYPES: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  number: "a number",
  integer: "a whole number",
  string: "text",
};

/** The first of the values that are allowed. */
function choices(values: readonly unknown[]): string {
  const some = values.slice(0, CHOICES).map(shown).join(", ");
  const more = values.length - CHOICES;
  return `one of ${some}${more > 0 ? ` and ${more} more` : ""}`;
}

const CHOICES = 8;

/** Never the whole of a value: it may be long, and deep. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `a list of ${counted(value.length, "item")}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "number" && !Number.isFinite(value)) return "one too large to work with";
  return String(value);
}
