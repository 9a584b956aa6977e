import { type CatalogSizes, flows } from "pushforward";
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
  const facts = Object.entries(flows).map(([name, { summary, defaults }]): [string, string] => [
    name,
    [summary, sizesText(defaults)].filter(Boolean).join("; "),
  ]);
  for (const line of factLines(facts, console.width)) console.print(line);
}

/** `5 layers, hidden 64,64, 8 bins`. */
function sizesText({ layers, hidden, bins }: CatalogSizes): string {
  return [
    ...(layers ? [`${layers} layers`] : []),
    ...(hidden ? [`hidden ${hidden.join(",")}`] : []),
    ...(bins ? [`${bins} bins`] : []),
  ].join(", ");
}
