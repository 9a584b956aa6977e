import { CommanderError } from "commander";
import { errorJson, errorLine, exitCode, exitCodes } from "./exit-code.ts";
import { createProgram } from "./program.ts";

// A reader that needs no more, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failure);
});

// As it was typed: where the arguments are wrong, no option has been parsed.
const json = process.argv.includes("--json");

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    if (json) print({ error: { code: "usage", message: error.message.replace(/^error: /, "") } });
    return exitCodes.userError;
  }
  if (json) print(errorJson(error));
  process.stderr.write(`pushforward: ${errorLine(error)}\n`);
  if (process.env.PUSHFORWARD_DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
  return exitCode(error);
}

function print(report: object): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
