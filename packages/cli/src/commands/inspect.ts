import { stat } from "node:fs/promises";
import { load } from "pushforward";
import { openConsole } from "../terminal/console.ts";

/** Shows what a model file holds. */
export async function inspectCommand(path: string, options: { json?: boolean }): Promise<void> {
  const console = openConsole();
  const model = await load(path);
  const { size } = await stat(path);
  if (options.json) {
    console.print(
      JSON.stringify({
        command: "inspect",
        model: path,
        bytes: size,
        flow: model.flowName,
        parameters: model.parameterCount,
        shape: model.shape,
        contextShape: model.condShape,
        columns: model.columns,
        history: model.history,
      }),
    );
    return;
  }
  console.print(`${path}, ${(size / 1024).toFixed(1)} KiB`);
  console.print(model.summary());
}
