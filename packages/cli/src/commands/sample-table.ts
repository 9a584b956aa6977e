import type { Model, Samples } from "pushforward";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { csvHeader, csvLine } from "../output/csv-lines.ts";
import { float32Text } from "../output/number-text.ts";
import { checkOutput, printText, writeText } from "../output/output-file.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { columnNames } from "./model-table.ts";
import type { SampleCommandOptions } from "./sample-options.ts";

/** Draws rows and writes them to a CSV file, or prints them. */
export async function sampleTable(
  modelPath: string,
  model: Model,
  options: SampleCommandOptions,
  console: Console,
): Promise<void> {
  const { count = 1000, seed, temperature, out, json } = options;
  refuseOptionsOf("images", options, `${modelPath} is a model of tables`);
  if (out) await checkOutput(out, [modelPath]);
  const names = columnNames(model);
  const samples = await model.sample(count, { seed, temperature });
  if (out) await writeText(out, sampleLines(names, samples));
  if (json) {
    console.print(
      JSON.stringify({
        command: "sample",
        model: modelPath,
        rows: count,
        columns: names,
        seed,
        temperature: temperature ?? 1,
        engine: model.engineName,
        ...(out ? { out } : { samples: [...rowsOf(samples)].map((row) => Array.from(row)) }),
      }),
    );
    return;
  }
  if (out) console.print(`${out}: ${counted(count, "row")}`);
  else await printText(sampleLines(names, samples));
}

function* sampleLines(names: readonly string[], samples: Samples): Generator<string> {
  yield csvHeader(names);
  for (const row of rowsOf(samples)) yield csvLine(Array.from(row, float32Text));
}

function* rowsOf({ data, shape }: Samples): Generator<Float32Array> {
  const width = data.length / (shape[0] as number);
  for (let begin = 0; begin < data.length; begin += width)
    yield data.subarray(begin, begin + width);
}
