/**
 * Runs the built command again and again in this one process, for one message after the other:
 * main.js is evaluated afresh each time, and what it imports is loaded once, which takes most of the
 * time of a start. A NUL on both outputs ends what a run said; its exit code goes back as a message.
 */
import { pathToFileURL } from "node:url";

let runs = 0;

/** @param {{ main: string, folder: string, args: string[], environment: NodeJS.ProcessEnv }} run */
async function runOnce({ main, folder, args, environment }) {
  process.env = environment;
  process.argv = [process.execPath, main, ...args];
  process.exitCode = undefined;
  process.chdir(folder);
  await import(`${pathToFileURL(main)}?run=${runs++}`);
  process.stdout.removeAllListeners("error"); // one more with each run
  process.send?.(process.exitCode ?? 0);
  process.stdout.write("\0");
  process.stderr.write("\0");
}

process.on("message", runOnce);
