import { wrap } from "./text-table.ts";

/** Where a command speaks: its answer on stdout, everything else on stderr. */
export interface Console {
  /** Columns that a line may take. */
  readonly width: number;
  /** A line of the answer. */
  print(line: string): void;
  /** Something to know beside the answer, wrapped at the terminal's width; said once. */
  note(message: string): void;
}

export function openConsole(): Console {
  const said = new Set<string>();
  const width = Math.min(100, process.stderr.columns || Number(process.env.COLUMNS) || 80);
  return {
    width,
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
    note: (message) => {
      if (said.has(message)) return;
      said.add(message);
      process.stderr.write(`${wrap(message, width - 2).join("\n  ")}\n`);
    },
  };
}
