import { describe, expect, test } from "vitest";
import { ModelFileError } from "../../src/core/errors.ts";
import { decodeSafetensors, encodeSafetensors, type FileTensor } from "../../src/io/safetensors.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

const EXAMPLE = new Map<string, FileTensor>([
  ["mask", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  [
    "flow.0.weight",
    { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 1, -2, 3, NaN, 1e-40) },
  ],
  ["flow.0.order", { dtype: "I32", shape: [2], data: Int32Array.of(-1, 7) }],
  ["count", { dtype: "U32", shape: [1], data: Uint32Array.of(0xffffffff) }],
  ["step", { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 60n)) }],
  ["scale", { dtype: "F64", shape: [], data: Float64Array.of(Math.PI) }],
  ["empty", { dtype: "F32", shape: [0, 4], data: new Float32Array() }],
  ["0", { dtype: "I16", shape: [1], data: Int16Array.of(-5) }],
]);
const METADATA = { spec: '{"kind":"chain"}', größe: "7 µm\n" };

/** A file with this header, in text or as a value, and this many bytes of data. */
function fileOf(header: unknown, dataBytes = 0): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + encoded.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  return bytes;
}

function failure(bytes: Uint8Array): string {
  try {
    decodeSafetensors(bytes, "a.safetensors");
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFileError);
    const { message } = error as Error;
    expect(message).toMatch(/^a\.safetensors is [^\n]+$/);
    return message;
  }
  throw new Error("expected a ModelFileError");
}

describe("round trip", () => {
  test("tensors and metadata come back, bit for bit", () => {
    const { tensors, metadata } = decodeSafetensors(encodeSafetensors(EXAMPLE, METADATA), "x");
    expect(metadata).toEqual(METADATA);
    expect([...tensors.keys()].sort()).toEqual([...EXAMPLE.keys()].sort());
    for (const [name, tensor] of EXAMPLE) expect(tensors.get(name)).toEqual(tensor);
  });

  test("nothing at all", () => {
    expect(decodeSafetensors(encodeSafetensors(new Map(), {}), "x")).toEqual({
      tensors: new Map(),
      metadata: {},
    });
  });

  test("a view into larger arrays is written and read as the view alone", () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const bytes = encodeSafetensors(new Map([["v", { dtype: "F32", shape: [2], data }]]), {});
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const { tensors } = decodeSafetensors(shifted.subarray(3), "x");
    expect(tensors.get("v")!.data).toEqual(Float32Array.of(1, 2));
  });

  test("every tensor is aligned to its element size", () => {
    const bytes = encodeSafetensors(EXAMPLE, METADATA);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    for (const [name, { data }] of EXAMPLE) {
      expect(header[name].data_offsets[0] % data.BYTES_PER_ELEMENT).toBe(0);
    }
  });
});

test("a file written by Python's safetensors reads back", () => {
  // safetensors 0.8.0, numpy 2.4.6: safetensors.numpy.save({"layers.0.weight":
  // np.arange(6, dtype="<f4").reshape(2, 3) / 4, "scale": np.array(2.5), "order": np.array([2, 0,
  // 1]), "mask": np.array([True, False, True])}, metadata={"format_version": "1", "größe": "7"})
  const bytes = Uint8Array.from(atob(PYTHON_FILE), (character) => character.charCodeAt(0));
  const { tensors, metadata } = decodeSafetensors(bytes, "python.safetensors");
  expect(metadata).toEqual({ format_version: "1", größe: "7" });
  expect(tensors).toEqual(
    new Map([
      ["order", { dtype: "I64", shape: [3], data: BigInt64Array.of(2n, 0n, 1n) }],
      ["scale", { dtype: "F64", shape: [], data: Float64Array.of(2.5) }],
      [
        "layers.0.weight",
        { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
      ],
      ["mask", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ]),
  );
});

const PYTHON_FILE =
  "MAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJncsO2w59lIjoiNyIsImZvcm1hdF92ZXJzaW9uIjoiMSJ9LCJv" +
  "cmRlciI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzAsMjRdfSwic2NhbGUi" +
  "OnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzI0LDMyXX0sImxheWVycy4wLndl" +
  "aWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbMzIsNTZdfSwibWFz" +
  "ayI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls1Niw1OV19fSAgICAgAgAA" +
  "AAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAABEAAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8BAAE=";

test("the bytes written are those that Python's safetensors was seen to read", () => {
  // Checked by hand with safetensors 0.8.0: load() of these bytes gives w = [[1, 2]] as float32 and
  // n = 3 as int64, and safe_open(...).metadata() gives {"format_version": "1"}.
  const bytes = encodeSafetensors(
    new Map<string, FileTensor>([
      ["w", { dtype: "F32", shape: [1, 2], data: Float32Array.of(1, 2) }],
      ["n", { dtype: "I64", shape: [], data: BigInt64Array.of(3n) }],
    ]),
    { format_version: "1" },
  );
  expect(btoa(String.fromCharCode(...bytes))).toBe(
    "mAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXRfdmVyc2lvbiI6IjEifSwibiI6eyJkdHlwZSI6Ikk2" +
      "NCIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sInciOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6" +
      "WzEsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMTZdfX0gICAgIAMAAAAAAAAAAACAPwAAAEA=",
  );
});

describe("malformed files", () => {
  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /has 0 bytes/],
    ["shorter than its first field", new Uint8Array(7), /has 7 bytes/],
    ["absurd header length", new Uint8Array(64).fill(0xff), /not a model file/],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0), /not a model/],
    ["header longer than the file", fileOf({ a: entry }, 8).subarray(0, 20), /truncated/],
    ["no header", new Uint8Array(8), /not JSON/],
    ["not JSON", fileOf("{a: 1}"), /not JSON/],
    ["not UTF-8", fileOf("{}").fill(0xff, 8), /not JSON/],
    ["JSON but a list", fileOf([]), /not a JSON object/],
    ["JSON but null", fileOf("null"), /not a JSON object/],
    ["metadata not an object", fileOf({ __metadata__: [] }), /__metadata__ is not/],
    ["metadata not text", fileOf({ __metadata__: { a: 1 } }), /"a" of its __metadata__/],
    ["metadata with a reserved key", fileOf('{"__metadata__":{"__proto__":"x"}}'), /"__proto__"/],
    ["tensor not an object", fileOf({ a: 3 }), /tensor "a" is not described/],
    [
      "reserved name",
      fileOf('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      /reserved/,
    ],
    [
      "reserved step",
      fileOf('{"a.__proto__.b":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1),
      /reserved/,
    ],
    ["unknown type", fileOf({ a: { ...entry, dtype: "F8_E4M3" } }, 8), /element type "F8_E4M3"/],
    [
      "inherited type",
      fileOf({ a: { ...entry, dtype: "toString" } }, 8),
      /element type "toString"/,
    ],
    ["no type", fileOf({ a: { ...entry, dtype: undefined } }, 8), /element type undefined/],
    ["negative size", fileOf({ a: { ...entry, shape: [-2] } }, 8), /shape \[-2\]/],
    ["fractional size", fileOf({ a: { ...entry, shape: [2.5] } }, 8), /shape \[2.5\]/],
    ["shape not a list", fileOf({ a: { ...entry, shape: 2 } }, 8), /shape 2/],
    [
      "huge shape",
      fileOf({ a: { ...entry, shape: [2 ** 50, 2 ** 50] } }, 8),
      /has 8 bytes of data/,
    ],
    [
      "infinite shape",
      fileOf({ a: { ...entry, shape: new Array(40).fill(2 ** 50) } }, 8),
      /8 bytes/,
    ],
    [
      "shape and length disagree",
      fileOf({ a: { ...entry, shape: [3] } }, 8),
      /has 8 bytes of data/,
    ],
    ["one offset", fileOf({ a: { ...entry, data_offsets: [0] } }, 8), /data_offsets \[0\]/],
    ["negative offset", fileOf({ a: { ...entry, data_offsets: [-8, 0] } }, 8), /data_offsets/],
    ["offsets reversed", fileOf({ a: { ...entry, data_offsets: [8, 0] } }, 8), /before it begins/],
    ["data cut off", fileOf({ a: entry }, 7), /ends at byte 8 of 7: the file is truncated/],
    ["overlap", fileOf({ a: entry, b: entry }, 8), /"b" overlaps/],
    ["gap", fileOf({ a: entry, b: { ...entry, data_offsets: [9, 17] } }, 17), /"b" leaves a gap/],
    ["bytes left over", fileOf({ a: entry }, 10), /2 bytes after its last tensor/],
  ])("%s", (_, bytes, message) => {
    expect(failure(bytes)).toMatch(message);
  });

  test("a name with line breaks and of great length stays one short line", () => {
    const message = failure(fileOf({ [`a\n${"b".repeat(1e5)}`]: 1 }));
    expect(message.length).toBeLessThan(200);
  });

  test("reserved metadata keys and names pollute nothing", () => {
    failure(fileOf('{"__proto__":{"polluted":1}}'));
    expect("polluted" in {}).toBe(false);
  });

  const valid = encodeSafetensors(EXAMPLE, METADATA);

  test("every truncation is a ModelFileError", () => {
    for (let length = 0; length < valid.length; length++) failure(valid.slice(0, length));
  });

  test("flipped bits give a ModelFileError or a whole file, nothing else", () => {
    const random = hostRandom(0);
    let refused = 0;
    for (let round = 0; round < 5000; round++) {
      const bytes = valid.slice();
      for (let flip = random.integer(4); flip >= 0; flip--) {
        bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
      }
      try {
        const { tensors } = decodeSafetensors(bytes, "a.safetensors");
        for (const { shape, data } of tensors.values()) {
          expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
        }
      } catch (error) {
        if (!(error instanceof ModelFileError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe("tensors that cannot be written", () => {
  const data = Float32Array.of(1, 2);

  test.each<[string, string, FileTensor]>([
    ["length and shape disagree", "a", { dtype: "F32", shape: [3], data }],
    ["type and array disagree", "a", { dtype: "F64", shape: [2], data }],
    ["fractional shape", "a", { dtype: "F32", shape: [0.5, 4], data }],
    ["the metadata's name", "__metadata__", { dtype: "F32", shape: [2], data }],
    ["a reserved name", "a.__proto__", { dtype: "F32", shape: [2], data }],
  ])("%s", (_, name, tensor) => {
    expect(() => encodeSafetensors(new Map([[name, tensor]]), {})).toThrow(ModelFileError);
  });
});
