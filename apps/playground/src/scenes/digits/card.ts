/** What the page tells of the model and its data: a part of digits.json. */
export interface Card {
  readonly data: { readonly name: string; readonly authors: string; readonly licence: string };
  readonly licenceUrl: string | undefined;
  readonly bytes: number;
  /** On images that the model was not trained on, given their class. */
  readonly bitsPerDimension: number;
  /** Of one image, around that mean. */
  readonly standardDeviation: number;
  readonly testImages: number;
  /** Share of test images that it reads right. */
  readonly accuracy: number;
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
    bitsPerDimension: number("test", "bitsPerDimension"),
    // The card tells the error of the mean.
    standardDeviation: number("test", "standardError") * Math.sqrt(number("test", "images")),
    testImages: number("test", "images"),
    accuracy: number("classifier", "accuracy"),
  };
}

/** Two standard deviations to either side of the mean: between these bits per pixel nearly all test images lie. */
export function usualBits({ bitsPerDimension: mean, standardDeviation }: Card): Range {
  return { low: Math.max(0, mean - 2 * standardDeviation), high: mean + 2 * standardDeviation };
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

function take(json: unknown, path: readonly string[], type: "string" | "number"): unknown {
  let value = json;
  for (const name of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (typeof value === type) return value;
  throw new Error(`The model's card has no ${path.join(".")} that is a ${type}.`);
}

const webAddress = (text: string) => (text.startsWith("https://") ? text : undefined);
