import { type Column, isColumn } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { ModelFileError } from "../core/errors.ts";
import { type HistoryEntry, historyFromJson } from "../core/history.ts";
import { integerColumns, integersOf } from "../core/integer-data.ts";
import { flowFault } from "../core/parameter-faults.ts";
import { hostParameters, layoutOf, type ParameterLayout } from "../core/parameters.ts";
import { sameShape, showShape, sizeOf } from "../core/shape.ts";
import type { Spec } from "../core/spec.ts";
import {
  contextNumbers,
  countNumbers,
  eventNumbers,
  isTableSchema,
  type TableSchema,
} from "../core/table-schema.ts";
import { random, tree } from "../engine/index.ts";
import { formats } from "./formats.ts";
import { type Factories, rebuild } from "./rebuild.ts";
import { decodeSafetensors, encodeSafetensors, type FileTensor } from "./safetensors.ts";

/** What a model file holds. */
export interface ModelContents {
  readonly flow: Distribution;
  readonly parameters: Float32Array;
  readonly layout: ParameterLayout;
  readonly columns: readonly Column[];
  readonly contextNames?: readonly string[] | undefined;
  readonly history: readonly HistoryEntry[];
  readonly table?: TableSchema | undefined;
  readonly heldOut?: Float32Array | undefined;
}

/**
 * Raised when an older version of the library could no longer read the file correctly. Files of version 1
 * hold splines whose parameters meant something else.
 */
const VERSION = 2;

/**
 * A model as one safetensors file: a tensor per parameter, named by its dotted path; architecture,
 * preprocessing, columns and history as JSON in the metadata.
 */
export function encodeModel({
  flow,
  parameters,
  layout,
  columns,
  contextNames,
  history,
  table,
  heldOut,
}: ModelContents): Uint8Array {
  const tensors = new Map<string, FileTensor>();
  for (const { path, shape, offset, size } of layout.slots) {
    const data = parameters.slice(offset, offset + size);
    tensors.set(path, { dtype: "F32", shape, data });
  }
  return encodeSafetensors(tensors, {
    format: formats.model,
    version: `${VERSION}`,
    flow: JSON.stringify(flow.spec),
    // Those of images are all alike, and follow from the flow.
    columns: JSON.stringify(integersOf(flow) ? [] : columns),
    ...(contextNames && { context_names: JSON.stringify(contextNames) }),
    history: JSON.stringify(history),
    ...(table && { table: JSON.stringify(table) }),
    ...(heldOut && { held_out: JSON.stringify(Array.from(heldOut)) }),
  });
}

/**
 * Read a model file. The array engine must be {@link ready}.
 *
 * @param source names the file in messages.
 * @throws ModelFileError when it is truncated, foreign, of a newer format, or does not fit together.
 */
export function decodeModel(
  bytes: Uint8Array,
  source: string,
  factories?: Factories,
): ModelContents {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  if (metadata.format === formats.checkpoint) {
    throw new ModelFileError(
      `${source}: the checkpoint of an unfinished fit, not a model; resume that fit to get one.`,
    );
  }
  if (metadata.format !== formats.model) {
    throw new ModelFileError(`${source}: a safetensors file, but not a pushforward model.`);
  }
  if (!(Number(metadata.version) <= VERSION)) {
    throw new ModelFileError(
      `${source}: format version ${metadata.version}, this library reads up to ${VERSION}. Update pushforward.`,
    );
  }
  if (Number(metadata.version) < VERSION) {
    throw new ModelFileError(
      `${source}: format version ${metadata.version}, whose splines this library would read wrongly. ` +
        "Fit the model again.",
    );
  }
  const { flow, layout } = buildFlow(readJson(metadata.flow, source, "flow"), source, factories);
  const integers = integersOf(flow);
  const columns = integers
    ? integerColumns(flow, integers)
    : readList<Column>(metadata.columns, source, "columns");
  if (!columns.every(isColumn)) {
    throw new ModelFileError(`${source}: its columns are malformed; the file is damaged.`);
  }
  if (columns.length !== sizeOf(flow.shape)) {
    throw new ModelFileError(
      `${source}: describes ${columns.length} columns for events of ${sizeOf(flow.shape)} numbers; ` +
        "the file is damaged.",
    );
  }
  const parameters = readParameters(tensors, layout, source);
  const fault = flowFault(flow, hostParameters(layout, parameters));
  if (fault) throw new ModelFileError(`${source}: ${fault}`);
  return {
    flow,
    layout,
    parameters,
    columns,
    contextNames: readContextNames(metadata.context_names, flow, source),
    history: historyFromJson(readList<HistoryEntry>(metadata.history, source, "history")),
    table: readTable(metadata.table, flow, source),
    heldOut: readHeldOut(metadata.held_out, source),
  };
}

/** The flow of a spec and the layout of its parameters; nothing in the file makes it throw else. */
function buildFlow(spec: unknown, source: string, factories: Factories | undefined) {
  try {
    const flow = rebuild(spec as Spec, factories, source);
    const params = flow.init(random.key(0));
    const layout = layoutOf(params);
    tree.dispose(params as never);
    // A nested part that is no part shows in the sizes of what it should have parametrised.
    if (!Number.isInteger(layout.size)) throw new Error("one of its parts is malformed");
    return { flow, layout };
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError(`${source}: its flow cannot be built: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function readContextNames(
  text: string | undefined,
  { condShape }: Distribution,
  source: string,
): string[] | undefined {
  if (text === undefined) return undefined;
  const names = readJson(text, source, "context names");
  const fits = Array.isArray(names) && condShape !== null && names.length === sizeOf(condShape);
  if (fits && names.every((name) => typeof name === "string")) return names;
  throw new ModelFileError(`${source}: its context names are no list; the file is damaged.`);
}

function readTable(
  text: string | undefined,
  { shape, condShape }: Distribution,
  source: string,
): TableSchema | undefined {
  if (text === undefined) return undefined;
  const table = readJson(text, source, "table");
  const fits =
    isTableSchema(table) &&
    countNumbers(table.fields, eventNumbers) === sizeOf(shape) &&
    countNumbers(table.given, contextNumbers) === (condShape ? sizeOf(condShape) : 0);
  if (fits) return table;
  throw new ModelFileError(
    `${source}: what it says of its table's columns does not fit its flow; the file is damaged.`,
  );
}

function readHeldOut(text: string | undefined, source: string): Float32Array | undefined {
  if (text === undefined) return undefined;
  const scores = readJson(text, source, "held-out scores");
  if (Array.isArray(scores) && scores.length > 0 && scores.every(Number.isFinite)) {
    return Float32Array.from(scores).sort();
  }
  throw new ModelFileError(`${source}: its held-out scores are no numbers; the file is damaged.`);
}

function readList<T extends object>(text: string | undefined, source: string, what: string): T[] {
  const value = readJson(text, source, what);
  if (Array.isArray(value) && value.every((entry) => typeof entry === "object" && entry)) {
    return value;
  }
  throw new ModelFileError(`${source}: its ${what} are not a list; the file is damaged.`);
}

function readJson(text: string | undefined, source: string, what: string): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch (error) {
    throw new ModelFileError(`${source}: its ${what} cannot be read; the file is damaged.`, {
      cause: error,
    });
  }
}

function readParameters(
  tensors: Map<string, FileTensor>,
  layout: ParameterLayout,
  source: string,
): Float32Array {
  const parameters = new Float32Array(layout.size);
  for (const { path, shape, offset } of layout.slots) {
    const tensor = tensors.get(path);
    if (tensor?.dtype !== "F32" || !sameShape(tensor.shape, shape)) {
      const found = tensor ? `${tensor.dtype} ${showShape(tensor.shape)}` : "nothing";
      throw new ModelFileError(
        `${source}: parameter ${path} should be F32 ${showShape(shape)}, found ${found}.`,
      );
    }
    if (!(tensor.data as Float32Array).every(Number.isFinite)) {
      throw new ModelFileError(`${source}: parameter ${path} holds values that are not finite.`);
    }
    parameters.set(tensor.data as Float32Array, offset);
  }
  if (tensors.size !== layout.slots.length) {
    throw new ModelFileError(
      `${source}: ${tensors.size} tensors for ${layout.slots.length} parameters; the file is damaged.`,
    );
  }
  return parameters;
}
