import { spawn } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "pushforward";
import { Interrupted } from "../exit-code.ts";
import { writeText } from "../output/output-file.ts";
import { openConsole } from "../terminal/console.ts";
import { watchInterrupt } from "../terminal/interrupt.ts";
import { demoTable, WRONG_DAYS } from "./demo-table.ts";

export interface DemoCommandOptions {
  out: string;
  json?: boolean;
}

const TABLE = "weather.csv";

/** Each command with what it is there for. */
const steps: readonly { why: string; args: readonly string[] }[] = [
  {
    why: `Fit a density to ${TABLE}, 800 made-up days at a harbour, some with gaps.`,
    args: ["fit", TABLE, "--missing", "model", "--steps", "800", "--out", "weather.safetensors"],
  },
  {
    why: "Draw the data beside samples of the model.",
    args: ["plot", "weather.safetensors", TABLE, "--out", "density.png"],
  },
  {
    why: "Make up new days, such as stormy ones in winter.",
    args: [
      ...["sample", "weather.safetensors", "--count", "5"],
      ...["--where", "season = 'winter' and wind_speed > 10"],
    ],
  },
  {
    why: `Find the least likely days: ${WRONG_DAYS} were made wrong, with a warm storm in winter.`,
    args: ["score", "weather.safetensors", TABLE, "--anomalies", "5"],
  },
  {
    why: "Fill the gaps with draws given what was measured.",
    args: ["impute", "weather.safetensors", TABLE, "--out", "complete.csv"],
  },
];

const next = [
  "pushforward fit your.csv                              your own table",
  "pushforward compare weather.csv --missing model       which flow fits best",
  "pushforward check weather.safetensors weather.csv     how good samples are",
  "pushforward serve weather.safetensors                 answers over HTTP",
  "pushforward help                                      all commands",
];

/** Runs a command in a folder, and gives its exit code. */
export type RunCommand = (args: readonly string[], folder: string) => Promise<number | null>;

/**
 * Shows what the tool does on a table that it makes: writes the table, then runs the commands on it that a user would
 * type, each shown before its output.
 *
 * @param run default: a process of its own for each.
 * @throws DataError for a folder that holds something; Interrupted on Ctrl-C.
 */
export async function demoCommand(
  { out, json = false }: DemoCommandOptions,
  run: RunCommand = runCommand(json),
): Promise<void> {
  const console = openConsole();
  const say = json ? sayBeside : console.print;
  await makeFolder(out);
  await writeText(join(out, TABLE), demoTable());
  for (const { why, args } of steps) await showStep(why, args, out, { run, say });
  if (json) {
    const commands = steps.map(({ args }) => ["pushforward", ...args]);
    const files = (await readdir(out)).sort();
    console.print(JSON.stringify({ command: "demo", folder: out, files, commands }));
    return;
  }
  say(
    `\nThe table, the model, the picture and the completed table are in ${out}. What to try there next:`,
  );
  for (const line of next) say(`  ${line}`);
}

async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found && !found.isDirectory()) {
    throw new DataError(
      `${path}: is a file, where the demo wants a folder; name another with --out`,
    );
  }
  if (found && (await readdir(path)).length > 0) {
    throw new DataError(`${path}: holds files; remove it, or name another folder with --out`);
  }
  await mkdir(path, { recursive: true }).catch((error: Error) => {
    throw new DataError(
      `${path}: cannot be made (${error.message}); name another folder with --out`,
    );
  });
}

/** Where a line goes. */
type Say = (line: string) => void;

/** Beside the report, where that is for machines; not wrapped, for commands are to be copied. */
const sayBeside: Say = (line) => {
  process.stderr.write(`${line}\n`);
};

async function showStep(
  why: string,
  args: readonly string[],
  folder: string,
  { run, say }: { run: RunCommand; say: Say },
): Promise<void> {
  say(`\n# ${why}\n$ pushforward ${args.map(shellWord).join(" ")}\n`);
  const interrupt = watchInterrupt();
  try {
    const code = await run(args, folder);
    if (interrupt.asked || code === 130) {
      throw new Interrupted(`stopped during ${args[0]}; what was made is in ${folder}`);
    }
    if (code !== 0) throw new DataError(`the demo ends here: ${args[0]} failed, as it says above`);
  } finally {
    interrupt.end();
  }
}

/** An argument as one would type it. */
function shellWord(word: string): string {
  return /^[\w./=-]+$/.test(word) ? word : `"${word}"`;
}

/** Ctrl-C reaches the process by itself, and it ends in good order. */
function runCommand(json: boolean): RunCommand {
  const main = fileURLToPath(new URL("../main.js", import.meta.url));
  return (args, cwd) =>
    new Promise((resolve, reject) => {
      // Where standard output is for the report, what commands print goes beside it.
      const stdio = ["ignore", json ? 2 : "inherit", "inherit"] as const;
      const child = spawn(process.execPath, [main, ...args], { cwd, stdio: [...stdio] });
      child.on("error", reject);
      child.on("close", resolve);
    });
}
