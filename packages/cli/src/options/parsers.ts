import { InvalidArgumentError } from "commander";
import type { EngineChoice, OnnxFunction } from "pushforward";
import { nearestName } from "../table/nearest-name.ts";

/** A whole number of at least `least`, and of at most `most` if there is a limit. */
export function wholeNumber(least: number, most = Infinity): (text: string) => number {
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    const isWhole = text.trim() !== "" && Number.isSafeInteger(value);
    if (isWhole && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  };
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Give a number above 0, for example 0.001.");
}

/** Zero or a number above. */
export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("Give 0 or a number above, for example 0.1.");
}

/** A share of the rows. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError("Give a share of the rows from 0 to below 1, for example 0.1.");
}

/** Widths of layers: `64,64`. */
export function widths(text: string): number[] {
  return text.split(",").map(wholeNumber(1));
}

/** Column names, separated by commas; a name with a comma goes in double quotes. Repeatable. */
export function names(text: string, before: string[] = []): string[] {
  const fields = text.match(/\s*("([^"]|"")*"|[^,]*)\s*(?:,|$)/g)?.slice(0, -1) ?? [];
  const found = fields.map((field) => {
    const name = field.replace(/,$/, "").trim();
    return /^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
  });
  if (found.includes("") || found.length === 0) {
    throw new InvalidArgumentError(
      `Give column names separated by commas, for example a,b; a name with a comma in quotes: '"b, c"'.`,
    );
  }
  return [...before, ...found];
}

/** What a column is, as text: `wind=circular(0, 360)`. Repeatable. */
export function columnType(
  text: string,
  before: Record<string, string> = {},
): Record<string, string> {
  const equals = text.lastIndexOf("=");
  const name = text.slice(0, Math.max(0, equals)).trim();
  if (name !== "") return { ...before, [name]: text.slice(equals + 1).trim() };
  throw new InvalidArgumentError("Give a column and its type, for example age=positive.");
}

/** The name of a file; none for `-`, standard output. */
export function fileOrStandardOutput(text: string): string {
  return text === "-" ? "" : text;
}

/** The name of a picture. */
export function pictureFile(text: string): string {
  if (/\.(png|svg)$/i.test(text)) return text;
  throw new InvalidArgumentError("Name a file that ends in .png or .svg.");
}

/** One of some names. */
export function nameOf(known: readonly string[]): (text: string) => string {
  return (text) => {
    if (known.includes(text)) return text;
    const near = nearestName(text, known);
    throw new InvalidArgumentError(
      `${near ? `Did you mean ${near}? ` : ""}Allowed choices are ${known.join(", ")}.`,
    );
  };
}

/** What runs the programs: a name that the library knows. */
export function engineName(text: string): EngineChoice {
  if (/^(auto|onnx(:[^:]+)?|jax(:(wasm|webgpu|cpu))?)$/.test(text)) return text as EngineChoice;
  throw new InvalidArgumentError(
    "Take auto, onnx, onnx:<execution provider>, jax, jax:wasm, jax:webgpu or jax:cpu.",
  );
}

/** Functions that can be exported; a test holds them to the library's own. */
export const exportable = [
  "logProb",
  "encode",
  "decode",
  "sample",
] as const satisfies readonly OnnxFunction[];

/** Functions to export, separated by commas. */
export function functionNames(text: string): OnnxFunction[] {
  const found = text.split(",").map((name) => name.trim());
  const known = (name: string): name is OnnxFunction => exportable.some((each) => each === name);
  if (found.every(known)) return [...new Set(found)];
  throw new InvalidArgumentError(`Take some of ${exportable.join(",")}.`);
}
