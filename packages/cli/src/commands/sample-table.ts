import type { Model } from "pushforward";
import type { Table } from "pushforward/tables";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { checkTableOutput, openTableWriter } from "../output/table-writer.ts";
import { counted } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { drawWhere } from "./draw-where.ts";
import { evaluationsNote } from "./evaluations-text.ts";
import { drawnColumns } from "./output-columns.ts";
import type { SampleCommandOptions } from "./sample-options.ts";

/** Draws rows and writes them to a file, or prints them. */
export async function sampleTable(
  modelPath: string,
  model: Model,
  options: SampleCommandOptions,
  console: Console,
): Promise<void> {
  const { count = 1000, seed, temperature, where, out, json } = options;
  refuseOptionsOf("images", options, `${modelPath} is a model of tables`);
  if (out) await checkTableOutput(out, [modelPath]);
  const samples = await drawWhere(model, count, { seed, temperature, where });
  if (out || !json) {
    const writer = await openTableWriter(out || null, drawnColumns(model, samples));
    await writer.write(samples);
    await writer.close();
  }
  if (json) {
    console.print(
      JSON.stringify({
        command: "sample",
        model: modelPath,
        rows: samples.rows,
        columns: samples.columns.map(({ name }) => name),
        seed,
        temperature: temperature ?? 1,
        ...(where !== undefined && { where }),
        engine: model.engineName,
        evaluations: model.evaluations,
        ...(out ? { out } : { samples: rowsOf(samples) }),
      }),
    );
    return;
  }
  if (out) {
    console.print(`${out}: ${counted(samples.rows, "row")}${evaluationsNote(model.evaluations)}`);
  }
}

function rowsOf({ rows, columns }: Table): (string | number | null)[][] {
  return Array.from({ length: rows }, (_, row) =>
    columns.map(({ cells }) => {
      const cell = cells[row] ?? null;
      return Number.isNaN(cell) ? null : cell;
    }),
  );
}
