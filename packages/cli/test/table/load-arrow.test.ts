import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { gunzipSync } from "node:zlib";
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  Float16,
  Float64,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Null,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimeMillisecond,
  TimestampMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  tableToIPC,
  Uint8,
  Uint64,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { DataError } from "pushforward";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataSource } from "../../src/table/data-source.ts";
import { openData } from "../../src/table/open-data.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pushforward-arrow-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function using<T>(path: string, use: (data: DataSource) => Promise<T>): Promise<T> {
  const data = await openData({ path });
  try {
    return await use(data);
  } finally {
    data.close();
  }
}

/** The cells of all columns that can be read. */
const read = (path: string) =>
  using(path, async (data) => {
    const wanted = data.columns.filter(({ kind }) => kind !== "unsupported");
    const { columns } = await data.read(wanted);
    return Object.fromEntries(columns.map(({ name, cells }) => [name, [...cells]]));
  });

async function refusal(path: string): Promise<string> {
  const error = await read(path).then(
    () => expect.unreachable("the table was read"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  expect(message).not.toContain("\n");
  return message.replaceAll(`${folder}/`, "");
}

/** Columns by name, with their types. */
function table(columns: Record<string, readonly [DataType, readonly unknown[]]>): Table {
  const vectors = Object.entries(columns).map(([name, [type, cells]]) => [
    name,
    vectorFromArray(cells, type),
  ]);
  return new Table(Object.fromEntries(vectors));
}

/** Four words of a decimal in two's complement. */
const words = (unscaled: bigint) =>
  Uint32Array.from({ length: 4 }, (_, i) => Number(BigInt.asUintN(32, unscaled >> BigInt(32 * i))));

const NAN = Number.NaN;
const noon = Date.UTC(2024, 1, 29, 12);

const types = () =>
  table({
    small: [new Uint8(), [1, null, 255]],
    whole: [new Int64(), [-(2n ** 53n), null, 7n]],
    huge: [new Uint64(), [2n ** 64n - 1n, null, 7n]],
    half: [new Float16(), [1.5, null, -0.25]],
    double: [new Float64(), [Number.POSITIVE_INFINITY, null, 1e-300]],
    decimal: [new Decimal(2, 9, 128), [words(-1234n), null, words(5n)]],
    truth: [new Bool(), [true, null, false]],
    text: [new Utf8(), ["a", null, "é'\""]],
    long: [new LargeUtf8(), ["a", null, ""]],
    category: [new Dictionary(new Utf8(), new Int32()), ["x", null, "x"]],
    day: [new DateDay(), [new Date(-86_400_000), null, new Date(noon)]],
    moment: [new DateMillisecond(), [new Date(-86_400_000), null, new Date(noon)]],
    seconds: [new TimestampSecond(), [-1000, null, noon]],
    micro: [new TimestampMicrosecond("Europe/Paris"), [-0.5, null, noon]],
    nano: [new TimestampNanosecond(), [-1500, null, noon + 0.25]],
    nothing: [new Null(), [null, null, null]],
  });

const cells = {
  small: [1, NAN, 255],
  whole: [-(2 ** 53), NAN, 7],
  huge: [2 ** 64, NAN, 7],
  half: [1.5, NAN, -0.25],
  double: [NAN, NAN, 1e-300],
  decimal: [-12.34, NAN, 0.05],
  truth: ["true", null, "false"],
  text: ["a", null, "é'\""],
  long: ["a", null, ""],
  category: ["x", null, "x"],
  day: [-1, NAN, 19_782],
  moment: [-1, NAN, 19_782],
  seconds: [-1, NAN, noon / 1000],
  micro: [-0.0005, NAN, noon / 1000],
  nano: [-1.5, NAN, noon / 1000 + 0.00025],
  nothing: [NAN, NAN, NAN],
};

describe("Arrow data", () => {
  test.each(["file", "stream"] as const)("of every type that has a kind, as a %s", async (form) => {
    // What a file is, is told by its first bytes and not by its name.
    const path = write(`types-${form}.bin`, tableToIPC(types(), form));
    expect(await read(path)).toEqual(cells);
    const kinds = await using(path, async ({ columns }) => columns.map(({ kind }) => kind));
    const numbers = Array(6).fill("number");
    const times = ["date", "date", "timestamp", "timestamp", "timestamp"];
    expect(kinds).toEqual([...numbers, "boolean", "text", "text", "text", ...times, "number"]);
  });

  test("of other types are left to be excluded, and named", async () => {
    const lists = table({
      list: [new List(new Field("item", new Int32())), [[1], null]],
      struct: [new Struct([new Field("a", new Int32())]), [{ a: 1 }, { a: 2 }]],
      time: [new TimeMillisecond(), [1, 2]],
      bytes: [new Binary(), [Uint8Array.of(1), Uint8Array.of(2)]],
      x: [new Float64(), [1, 2]],
    });
    const path = write("lists.arrow", tableToIPC(lists, "file"));
    expect(await read(path)).toEqual({ x: [1, 2] });
    await using(path, async (data) => {
      const [list, struct, time, bytes] = data.columns;
      expect(list).toMatchObject({ kind: "unsupported", type: "List<Int32>", missing: 1, text: 1 });
      expect([struct, time, bytes].map((column) => column?.kind)).toEqual(
        Array(3).fill("unsupported"),
      );
      await expect(data.read(list ? [list] : [])).rejects.toThrow(
        /column "list" is of type List<Int32>, which cannot be used; turn.*where the file is made.*--exclude list/,
      );
    });
  });

  test("of several batches come in order, whatever their sizes", async () => {
    const schema = new Schema([new Field("x", new Int32()), new Field("w", new Utf8(), true)]);
    let rows = 0;
    const batches = [3000, 1, 0, 5000].map((count) => {
      const numbers = Array.from({ length: count }, () => rows++);
      const columns = {
        x: vectorFromArray(numbers, new Int32()),
        w: vectorFromArray(
          numbers.map((row) => (row % 3 ? `w${row}` : null)),
          new Utf8(),
        ),
      };
      const data = new Table(columns).batches[0]?.data;
      return data ? new RecordBatch(schema, data) : new RecordBatch(schema);
    });
    for (const [name, writer] of [
      ["batches.arrow", RecordBatchFileWriter.writeAll(batches)],
      ["batches.arrows", RecordBatchStreamWriter.writeAll(batches)],
    ] as const) {
      const { x, w } = await read(write(name, await writer.toUint8Array()));
      expect(x).toEqual(Array.from({ length: 8001 }, (_, row) => row));
      expect(w?.[8000]).toBe("w8000");
      expect(w?.[3000]).toBeNull();
    }
  });

  test("of several files are one table", async () => {
    for (const k of [1, 2]) {
      write(`part-${k}.arrow`, tableToIPC(table({ x: [new Float64(), [k, k / 2]] }), "file"));
    }
    expect(await read(join(folder, "part-*.arrow"))).toEqual({ x: [1, 0.5, 2, 1] });
  });

  test("with names that are unusual or repeated", async () => {
    const names = ['größe, "q"', "", "a", "a"];
    const schema = new Schema(names.map((name) => new Field(name, new Int32(), true)));
    const places = Object.fromEntries(
      names.map((_, i) => [`c${i}`, vectorFromArray([i, null], new Int32())]),
    );
    const batch = new RecordBatch(schema, new Table(places).batches[0]?.data);
    const writer = RecordBatchStreamWriter.writeAll([batch]);
    const path = write("names.arrows", await writer.toUint8Array());
    const found = await using(path, async ({ columns }) => columns.map(({ name }) => name));
    expect(found).toEqual(['größe, "q"', "column1", "a", "a"]);
  });
});

/** Streams of pyarrow, gzipped: x is k % 5 / 4 and r is k, for k below 64. */
const LZ4_STREAM =
  "H4sIAAAAAAACA32SSVJCMRCG//d4wFOfgoIKzuKE8zwPcACtcunSpWtXLi1P495LuHDhEVyy9AbxSwgIVGmqviTd" +
  "9Xc66Y4xxrxKysuOfiXKKK2YHSOIsIUVM0d+lkK49vsP4hGGNn7K+1woPLrYBLIu1rrnXK4idgZv4qxm7iBl11LP" +
  "GU/orDbjPKFIZ97ZFb0mIaJ548SdplTk7nEXqD0SPHl3/6bmwd/VnlH/laGIXO5If48zv9Z7/C17vCNv+I+uS2Rz" +
  "Vm5K9/WXBbZlHl75rOVU+IpVaMB3rChUrirzdougUeuID7riMZ9bXntyyj8nDbaEWdcSqc81Wxpw5ZEGYQhy/isM" +
  "wwgUfJlGYcw+z7eoDBMw6Us5DTMwC7bF81AB+55FWIJlWIEqrMIarMMGbMIWbMMO7MIe7MMBHMIRHMMJnPpWnMMF" +
  "XMIVtCtj3L+UfgA1HJOv4AIAAA==";
const ZSTD_STREAM =
  "H4sIAAAAAAACA/v/////FQwMDAIMIMDFwMPAxsDKwAFkAQEjC5DPAORxAEkWKMnAwATEPlD2GaB+oEImkH4ZqBhY" +
  "KxAXgfXyADE7WC9IWAFslwiQzwYU5QHzIHYzMoNoCTQzKoDqQGrZwCJMDEDr/l8AskSganiAOiAu5gGbxsDMAnbH" +
  "CgYE4GGQA9rBAldTAMQqULscGJABG9itbFDrWRhwA10obYAmDuNXIIkxYdiDyQcrAgKNrfp/ExgY74JVXLBnePDi" +
  "AzvDcW9NBv4G6wc3uoQdJGQOMMECB66ewZSZgW2CBIfAjxw2+dU+jCIMokCYP+fjUVF/mY+HefXnfDjIyi/z4T3z" +
  "+zmfz5qel/l8Wnf9nE8nVftlPh2XZcyf+/VqqL/s18u++nO/XHTll/1y3pbx/dzvd0vPy36/nbt+7rebqf2y367H" +
  "MoLDH2QvADoMAn84AgAA";
const compressed = (name: string, base64: string) =>
  write(name, gunzipSync(Buffer.from(base64, "base64")));
const sixtyFour = {
  x: Array.from({ length: 64 }, (_, k) => (k % 5) / 4),
  r: Array.from({ length: 64 }, (_, k) => k),
};

describe("compressed Arrow data", () => {
  test("with LZ4 are read", async () => {
    expect(await read(compressed("lz4.arrows", LZ4_STREAM))).toEqual(sixtyFour);
  });

  test("with ZSTD are read where Node can, and refused with the way out where not", async () => {
    const path = compressed("zstd.arrows", ZSTD_STREAM);
    if ("zstdDecompressSync" in zlib) expect(await read(path)).toEqual(sixtyFour);
    else expect(await refusal(path)).toMatch(/^zstd.arrows: is compressed with ZSTD.*Node.*LZ4/);
  });

  test("that are damaged end in one line", async () => {
    const whole = gunzipSync(Buffer.from(LZ4_STREAM, "base64"));
    const frame = whole.indexOf(Buffer.of(4, 34, 77, 24));
    for (const [place, byte] of [
      [frame, 0],
      [frame + 7, 255],
      [frame + 11, 255],
    ] as const) {
      const bytes = Buffer.from(whole);
      bytes[place] = byte;
      expect(await refusal(write("damaged.arrows", bytes))).toBe(
        "damaged.arrows: the Arrow data are damaged (an LZ4 frame is damaged); get the file again",
      );
    }
  });
});

describe("Arrow files that cannot be read", () => {
  test("because they are cut off anywhere", async () => {
    const file = tableToIPC(types(), "file");
    for (const bytes of [8, 16, 100, 1000, file.length - 1]) {
      expect(await refusal(write("cut.arrow", file.subarray(0, bytes)))).toMatch(
        /^cut.arrow: the Arrow data are damaged \(its end is missing\)/,
      );
    }
    const stream = tableToIPC(types(), "stream");
    for (const bytes of [8, 100, 1000, stream.length - 100]) {
      expect(await refusal(write("cut.arrows", stream.subarray(0, bytes)))).toMatch(
        /^cut.arrows: the Arrow data are damaged \(.*\); get the file again$/,
      );
    }
  });

  test("because they hold nothing", async () => {
    const empty = table({ x: [new Float64(), []] });
    expect(await refusal(write("none.arrow", tableToIPC(empty, "file")))).toBe(
      "none.arrow: has 1 column but no rows; add rows of numbers",
    );
    const bare = tableToIPC(new Table(new Schema([])), "file");
    expect(await refusal(write("bare.arrow", bare))).toContain("it has no columns");
  });

  test("because a time is beyond all calendars", async () => {
    const far = table({ day: [new DateMillisecond(), [new Date(0), new Date(0)]] });
    const days = far.getChild("day")?.data[0]?.values as BigInt64Array;
    days[1] = 2n ** 52n * 100n;
    expect(await refusal(write("far.arrow", tableToIPC(far, "file")))).toMatch(
      /^far.arrow: the Arrow data are damaged \(.*\)/,
    );
  });

  test("because they are of the first version of Feather", async () => {
    expect(await refusal(write("old.feather", "FEA1\0\0\0\0"))).toMatch(
      /^old.feather: is a Feather file of version 1.*pyarrow.feather.write_feather/,
    );
  });
});
