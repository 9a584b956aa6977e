/** What the page tells of the model and its data: a part of digits.json. */
export interface Card {
  readonly data: { readonly name: string; readonly authors: string; readonly licence: string };
  readonly licenceUrl: string | undefined;
  readonly bytes: number;
  /** What images of each class take, in the order of the model's classes. */
  readonly classes: readonly ClassBits[];
  /** Share of the test images that lie in the usual range of their class. */
  readonly usualShare: number;
  /** Share of test images that it reads right. */
  readonly accuracy: number;
}

/** Bits per pixel of test images of one class, given that class. */
export interface ClassBits {
  readonly name: string;
  readonly mean: number;
  readonly standardDeviation: number;
}

/** @throws Error for what is no card of a model of digits. */
export function readCard(json: unknown): Card {
  const text = (...path: string[]) => take(json, path, "string") as string;
  const number = (...path: string[]) => take(json, path, "number") as number;
  return {
    data: {
      name: text("data", "name"),
      authors: text("data", "authors"),
      licence: text("data", "licence"),
    },
    licenceUrl: webAddress(text("data", "licenceUrl")),
    bytes: number("model", "bytes"),
    classes: readClasses(json),
    usualShare: number("test", "byClass", "withinTwoDeviations"),
    accuracy: number("classifier", "accuracy"),
  };
}

function readClasses(json: unknown): ClassBits[] {
  const names = list(json, ["model", "context"], "string") as string[];
  const means = list(json, ["test", "byClass", "bitsPerDimension"], "number") as number[];
  const deviations = list(json, ["test", "byClass", "standardDeviation"], "number") as number[];
  if (means.length !== names.length || deviations.length !== names.length) {
    throw new Error(
      `The model's card names ${names.length} classes, but test.byClass has ${means.length} means and ` +
        `${deviations.length} standard deviations.`,
    );
  }
  return names.map((name, label) => ({
    name,
    mean: means[label] as number,
    standardDeviation: deviations[label] as number,
  }));
}

/** Two standard deviations to either side of the mean: between these bits per pixel nearly all test images of a class lie. */
export function usualBits({ mean, standardDeviation }: ClassBits): Range {
  return { low: Math.max(0, mean - 2 * standardDeviation), high: mean + 2 * standardDeviation };
}

/** A digit in a sentence: "a 1", "an 8". */
export const withArticle = (name: string) => `${name.startsWith("8") ? "an" : "a"} ${name}`;

export interface Range {
  readonly low: number;
  readonly high: number;
}

function take(json: unknown, path: readonly string[], type: "string" | "number"): unknown {
  const value = at(json, path);
  if (typeof value === type) return value;
  throw new Error(`The model's card has no ${path.join(".")} that is a ${type}.`);
}

function list(json: unknown, path: readonly string[], type: "string" | "number"): unknown[] {
  const value = at(json, path);
  if (Array.isArray(value) && value.every((element) => typeof element === type)) return value;
  throw new Error(`The model's card has no ${path.join(".")} that is a list of ${type}s.`);
}

function at(json: unknown, path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  return value;
}

const webAddress = (text: string) => (text.startsWith("https://") ? text : undefined);
