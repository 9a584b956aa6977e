#!/usr/bin/env node
import { CommanderError } from "commander";
import { errorLine, exitCode, exitCodes } from "./exit-code.ts";
import { createProgram } from "./program.ts";

// A reader that needs no more, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failure);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.done : exitCodes.userError;
  }
  process.stderr.write(`pushforward: ${errorLine(error)}\n`);
  if (process.env.PUSHFORWARD_DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
  return exitCode(error);
}
