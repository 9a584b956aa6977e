import { type CatalogSizes, flows, type ImageCatalogSizes, imageFlows } from "pushforward";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { factLines } from "../terminal/text-table.ts";

type Sizes = CatalogSizes & ImageCatalogSizes;
type Catalog = Readonly<Record<string, { summary: string; defaults: Sizes }>>;

/** Lists the kinds of flows, of tables and of images, with the sizes that they have by default. */
export function flowsCommand(options: { json?: boolean }): void {
  const console = openConsole();
  if (options.json) {
    const report = { flows: listOf(flows), imageFlows: listOf(imageFlows) };
    console.print(JSON.stringify({ command: "flows", ...report }));
    return;
  }
  const lines = [
    "of tables",
    ...factLines(factsOf(flows), console.width),
    "",
    "of images",
    ...factLines(factsOf(imageFlows), console.width),
  ];
  for (const line of lines) console.print(line);
}

function listOf(catalog: Catalog) {
  return Object.entries(catalog).map(([name, { summary, defaults }]) => ({
    name,
    summary,
    defaults,
  }));
}

function factsOf(catalog: Catalog): [string, string][] {
  return Object.entries(catalog).map(([name, { summary, defaults }]) => [
    name,
    [summary, sizesText(defaults)].filter(Boolean).join("; "),
  ]);
}

/** `3 levels, 8 layers, hidden 64,64, 8 bins`. */
function sizesText({ levels, layers, hidden, bins }: Sizes): string {
  return [
    ...(levels ? [`${levels} levels`] : []),
    ...(layers ? [counted(layers, "layer")] : []),
    ...(hidden ? [`hidden ${hidden.join(",")}`] : []),
    ...(bins ? [`${bins} bins`] : []),
  ].join(", ");
}
