import type { Samples } from "pushforward";
import { csvHeader, csvLine } from "../output/csv-lines.ts";
import { float32Text } from "../output/number-text.ts";
import { checkOutput, printText, writeText } from "../output/output-file.ts";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import type { EngineOptions } from "./engine-options.ts";
import { columnNames, loadModel } from "./model-table.ts";

export interface SampleCommandOptions extends EngineOptions {
  count: number;
  seed: number;
  out?: string;
  json?: boolean;
}

/** Draws rows from a model and writes them as a table. */
export async function sampleCommand(
  modelPath: string,
  options: SampleCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { count, seed, out, json } = options;
  if (out) await checkOutput(out, [modelPath]);
  const model = await loadModel(modelPath, options, console);
  const names = columnNames(model);
  const samples = await model.sample(count, { seed });
  if (out) await writeText(out, sampleLines(names, samples));
  if (json) {
    console.print(
      JSON.stringify({
        command: "sample",
        model: modelPath,
        rows: count,
        columns: names,
        seed,
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
