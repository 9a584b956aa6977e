import type { CheckReport } from "pushforward";
import { exitCodes } from "../exit-code.ts";
import { counted } from "../table/wording.ts";
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
  const model = await loadModel(modelPath, options, console);
  const found = tablePath ? await readModelTable(model, tablePath, options) : null;
  for (const notice of found?.table.notices ?? []) console.note(notice);
  const report = await model.check(found?.rows, { seed });
  if (!report.ok) process.exitCode = exitCodes.failure;
  if (json) {
    const { engineName: engine } = model;
    const table = tablePath ?? null;
    console.print(JSON.stringify({ command: "check", model: modelPath, table, engine, ...report }));
    return;
  }
  const dim = process.stdout.isTTY && !process.env.NO_COLOR;
  for (const line of reportLines(report, console.width, dim ? dimmed : String)) console.print(line);
}

const dimmed = (text: string): string => `\x1b[2m${text}\x1b[22m`;

/**
 * The measurements in columns, each with what it means: beside it where all of them fit, else below
 * it. The last line sums up.
 *
 * @param aside how explanations are set apart.
 */
export function reportLines(
  { items, ok }: CheckReport,
  width: number,
  aside: (text: string) => string,
): string[] {
  const header = ["", "measured", "limit", ""];
  const rows = items.map(({ name, value, limit, ok }) => [
    name,
    value === 0 || value >= 0.01 ? value.toPrecision(2) : value.toExponential(1),
    String(limit),
    ok ? "ok" : "FAILED",
  ]);
  const [head = "", ...lines] = textTable([header, ...rows]);
  const room = width - Math.max(...lines.map((line) => line.length)) - 2;
  const beside = items.every(({ message }) => message.length <= room);
  const explained = lines.flatMap((line, index) => {
    const { message } = items[index] as CheckReport["items"][number];
    if (beside) return `${line.padEnd(width - room - 2)}  ${aside(message)}`;
    return [line, ...wrap(message, width - 2).map((text) => `  ${aside(text)}`)];
  });
  const failed = items.filter((item) => !item.ok).length;
  const verdict = ok
    ? "all checks passed"
    : `${failed} of ${counted(items.length, "check")} failed`;
  return [head, ...explained, "", verdict];
}
