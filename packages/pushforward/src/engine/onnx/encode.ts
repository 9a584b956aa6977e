import { PbfWriter } from "pbf";
import {
  type Attribute,
  elementTypes,
  type Initializer,
  type OnnxGraph,
  type OnnxNode,
  type Tensor,
  type TensorType,
} from "./builder.ts";

/** The version of the standard operators that the lowerings are written for. */
export const OPSET = 18;

/** The version of the file format that belongs to it. */
const IR_VERSION = 8;

const ATTRIBUTE_TYPES = { float: 1, integer: 2, string: 3, integers: 7 };

export interface ModelCard {
  readonly name?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * An ONNX graph as the bytes of a model: protocol buffers as in `onnx.proto` of ONNX 1.13, whose
 * field numbers stand below.
 */
export function encodeModel(graph: OnnxGraph, card: ModelCard = {}): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "pushforward");
  if (card.description) pbf.writeStringField(6, card.description);
  pbf.writeMessage(
    7,
    (each: OnnxGraph, out) => writeGraph(each, card.name ?? "program", out),
    graph,
  );
  pbf.writeMessage(8, (version: number, out) => out.writeVarintField(2, version), OPSET);
  for (const entry of Object.entries(card.metadata ?? {})) pbf.writeMessage(14, writeEntry, entry);
  return pbf.finish();
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph(graph: OnnxGraph, name: string, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, name);
  for (const each of graph.initializers) pbf.writeMessage(5, writeInitializer, each);
  const value = (tensor: Tensor, out: PbfWriter) => writeValueInfo(tensor, graph.batch, out);
  for (const each of graph.inputs) pbf.writeMessage(11, value, each);
  for (const each of graph.outputs) pbf.writeMessage(12, value, each);
  for (const each of graph.values) pbf.writeMessage(13, value, each);
}

function writeNode({ type, inputs, outputs, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(4, type);
  for (const each of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, each);
}

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.integer);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.string);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.float);
  } else {
    for (const entry of value) pbf.writeVarintField(8, entry);
    pbf.writeVarintField(20, ATTRIBUTE_TYPES.integers);
  }
}

function writeInitializer({ name, shape, type, data }: Initializer, pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, elementTypes[type]);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, littleEndian(data, type));
}

function writeValueInfo({ name, shape, type }: Tensor, batch: number, pbf: PbfWriter): void {
  const writeExtent = (extent: number, out: PbfWriter) => {
    const multiple = extent / batch;
    if (extent === 0 || !Number.isInteger(multiple)) out.writeVarintField(1, extent);
    else out.writeStringField(2, multiple === 1 ? "n" : `${multiple}n`);
  };
  const writeShape = (extents: readonly number[], out: PbfWriter) => {
    for (const extent of extents) out.writeMessage(1, writeExtent, extent);
  };
  const writeTensorType = (elementType: TensorType, out: PbfWriter) => {
    out.writeVarintField(1, elementTypes[elementType]);
    out.writeMessage(2, writeShape, shape);
  };
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (elementType, out) => out.writeMessage(1, writeTensorType, elementType),
    type,
  );
}

/** The entries as raw bytes; every platform that runs JavaScript today is little-endian. */
function littleEndian(data: ArrayLike<number>, type: TensorType): Uint8Array {
  const typed = toTyped(data, type);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}

function toTyped(data: ArrayLike<number>, type: TensorType) {
  switch (type) {
    case "float32":
      return data instanceof Float32Array ? data : Float32Array.from(data);
    case "float64":
      return Float64Array.from(data);
    case "int32":
      return data instanceof Int32Array ? data : Int32Array.from(data);
    case "uint32":
      return data instanceof Uint32Array ? data : Uint32Array.from(data);
    case "bool":
      return data instanceof Uint8Array ? data : Uint8Array.from(data);
    case "int64":
    case "uint64":
      return BigInt64Array.from(Array.from(data, BigInt));
  }
}
