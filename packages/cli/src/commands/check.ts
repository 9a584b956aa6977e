import type { CheckReport } from "pushforward";
import { exitCodes } from "../exit-code.ts";
import { openConsole } from "../terminal/console.ts";
import { textTable, wrap } from "../terminal/text-table.ts";
import { loadModel, readModelTable, type TableOptions } from "./model-table.ts";

export interface CheckCommandOptions extends TableOptions {
  seed: number;
  json?: boolean;
}

/** Tests a model's arithmetic, on a table or on its own samples; exit code 1 where it fails. */
export async function checkCommand(
  modelPath: string,
  tablePath: string | undefined,
  options: CheckCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { seed, json } = options;
  const model = await loadModel(modelPath);
  const found = tablePath ? await readModelTable(model, tablePath, options) : null;
  for (const notice of found?.table.notices ?? []) console.note(notice);
  const report = await model.check(found?.rows, { seed });
  if (!report.ok) process.exitCode = exitCodes.failure;
  if (json) {
    console.print(
      JSON.stringify({ command: "check", model: modelPath, table: tablePath ?? null, ...report }),
    );
    return;
  }
  for (const line of reportLines(report, console.width)) console.print(line);
}

/** The measurements in columns, and what each that failed means. */
function reportLines({ items }: CheckReport, width: number): string[] {
  const header = ["", "measured", "limit", ""];
  const rows = items.map(({ name, value, limit, ok }) => [
    name,
    value === 0 || value >= 0.01 ? value.toPrecision(2) : value.toExponential(1),
    String(limit),
    ok ? "ok" : "FAILED",
  ]);
  const failed = items.filter(({ ok }) => !ok);
  return [
    ...textTable([header, ...rows]),
    ...failed.flatMap(({ name, message }) => wrap(`${name}: ${message}`, width)),
  ];
}
