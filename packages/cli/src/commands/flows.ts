import { flows } from "pushforward";
import { openConsole } from "../terminal/console.ts";
import { factLines } from "../terminal/text-table.ts";

/** Lists the kinds of flows, a line each, with the sizes that they have by default. */
export function flowsCommand(options: { json?: boolean }): void {
  const console = openConsole();
  if (options.json) {
    const listed = Object.entries(flows).map(([name, { summary, defaults }]) => ({
      name,
      summary,
      defaults,
    }));
    console.print(JSON.stringify({ command: "flows", flows: listed }));
    return;
  }
  const facts = Object.entries(flows).map(([name, { summary }]): [string, string] => [
    name,
    summary,
  ]);
  for (const line of factLines(facts, console.width)) console.print(line);
}
