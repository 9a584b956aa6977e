import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import {
  engineName,
  exportable,
  functionNames,
  names,
  notNegative,
  pictureFile,
  positive,
  share,
  wholeNumber,
  widths,
} from "./options/parsers.ts";
import { wrap } from "./terminal/text-table.ts";

/** Names for `--flow`; a test holds them to the library's own. */
export const flowNames = [
  "nsf",
  "nsf-ar",
  "maf",
  "iaf",
  "made",
  "naf",
  "umnn",
  "sos",
  "bernstein",
  "realnvp",
  "glow",
  "nice",
  "flow++",
  "gaussianization",
  "planar",
  "radial",
  "sylvester",
  "cdf",
  "linear",
] as const;

/** The command line. Each command's code is loaded when it runs, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command("pushforward")
    .description(
      "Fit a probability density to a table, score rows, draw samples, look inside.\n" +
        "The densities are normalizing flows: exact to evaluate, exact to sample.",
    )
    .version(version(), "-V, --version", "Show the version.")
    .helpOption("-h, --help", "Show this help.")
    .helpCommand("help [command]", "Show the help of a command")
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 20 })
    .configureOutput({
      getOutHelpWidth: () => helpWidth(process.stdout),
      getErrHelpWidth: () => helpWidth(process.stderr),
      outputError: (text, write) =>
        write(
          `pushforward: ${text
            .replace(/^error: /, "")
            .trim()
            .replaceAll("\n", " ")}\n`,
        ),
    })
    .exitOverride()
    .addHelpText("after", () => `${START}\n${wrapped(TABLES)}`);
  addFit(program);
  addScore(program);
  addSample(program);
  addInspect(program);
  addCheck(program);
  addPlot(program);
  addExport(program);
  addFlows(program);
  return program;
}

/** Columns that help may take: the terminal's, or those that the environment tells of. */
function helpWidth({ columns }: { columns?: number }): number {
  return columns || Number(process.env.COLUMNS) || 80;
}

/** A paragraph after the help. */
function wrapped(text: string): string {
  return `\n${wrap(text, Math.min(80, helpWidth(process.stdout))).join("\n")}`;
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

const START = `
Start here:
  pushforward fit data.csv --out model.safetensors
  pushforward plot model.safetensors data.csv --out density.png`;

const TABLES =
  "Tables are CSV or TSV files, gzipped or not. Exit codes: 0 done, 1 failed, 2 wrong input or " +
  "options, 130 interrupted.";

const TABLE = "<table>";
const TABLE_HELP = "CSV or TSV file";
const MODEL = "<model>";
const MODEL_COLUMNS = "take these for the model's columns, in its order";
const MODEL_HELP = "file written by pushforward fit";

function addFit(program: Command): void {
  const command = addCommand(program, "fit", "Fit a density to the numbers of a table.")
    .argument(TABLE, TABLE_HELP)
    .optionsGroup("Data:");
  addTableOptions(
    command,
    `use these columns only, such as a,b; a name with a comma in quotes: '"b, c"'`,
  )
    .option(
      "--test <share>",
      "share of rows held out for the report (default: 0.1; 0.2 below 500 rows)",
      share,
    )
    .optionsGroup("Flow:")
    .addOption(
      new Option("--flow <name>", "kind of flow; `pushforward flows` tells about each")
        .choices(flowNames)
        .default("nsf" satisfies Name),
    )
    .option("--layers <n>", "layers (default: nsf 5; see `pushforward flows`)", wholeNumber(1))
    .option(
      "--hidden <widths>",
      "hidden layers of the networks, equal ones for nsf (default: 64,64)",
      widths,
    )
    .option("--bins <n>", "bins of each spline (default: nsf 8)", wholeNumber(2))
    .optionsGroup("Training:")
    .option("--seed <n>", "same seed, same model", wholeNumber(0), 0)
    .option("--steps <n>", "most steps; stops early by itself (default: 2000)", wholeNumber(1))
    .option("--batch-size <n>", "rows per step (default: 256)", wholeNumber(1))
    .option("--learning-rate <rate>", "largest learning rate (default: 0.002)", positive)
    .option("--weight-decay <w>", "AdamW's weight decay (default: 0)", notNegative)
    .option("--checkpoint <file>", "save the state here at times; continue from it if it exists");
  addEngine(command)
    .optionsGroup("Output:")
    .option("--out <file>", "model file (default: the table's name with .safetensors)");
  command.addHelpText("after", () => wrapped(SMALL_TABLES));
  finish(command, "fit", ["penguins.csv --exclude year --out penguins.safetensors"]).action(
    async (table, options) => (await import("./commands/fit.ts")).fitCommand(table, options),
  );
}

const SMALL_TABLES =
  "Below 1000 rows, defaults are a smaller flow and weight decay, which predict new rows better: " +
  "half the layers (nsf 2; nice keeps 4), --hidden 32 --bins 4 --learning-rate 0.001 --weight-decay 3.";

type Name = (typeof flowNames)[number];

function addScore(program: Command): void {
  const command = addCommand(
    program,
    "score",
    "Write the log-density of every row of a table, in nats.",
  )
    .argument(MODEL, MODEL_HELP)
    .argument(TABLE, `${TABLE_HELP} with the model's columns`)
    .optionsGroup("Data:");
  addEngine(addTableOptions(command, MODEL_COLUMNS))
    .optionsGroup("Output:")
    .option("--out <file>", "CSV file (default: standard output)");
  finish(command, "score", ["model.safetensors data.csv --out scores.csv"]).action(
    async (model, table, options) =>
      (await import("./commands/score.ts")).scoreCommand(model, table, options),
  );
}

function addSample(program: Command): void {
  const command = addCommand(program, "sample", "Draw new rows from a model.")
    .argument(MODEL, MODEL_HELP)
    .optionsGroup("Sample:")
    .option("-n, --count <n>", "number of rows", wholeNumber(1), 1000)
    .option("--seed <n>", "same seed, same rows", wholeNumber(0), 0);
  addEngine(command)
    .optionsGroup("Output:")
    .option("--out <file>", "CSV file (default: standard output)");
  finish(command, "sample", ["model.safetensors -n 500 --seed 1 --out samples.csv"]).action(
    async (model, options) => (await import("./commands/sample.ts")).sampleCommand(model, options),
  );
}

function addInspect(program: Command): void {
  const command = addCommand(program, "inspect", "Show what a model file holds.").argument(
    MODEL,
    MODEL_HELP,
  );
  addEngine(command).optionsGroup("Output:");
  finish(command, "inspect", ["model.safetensors"]).action(async (model, options) =>
    (await import("./commands/inspect.ts")).inspectCommand(model, options),
  );
}

function addCheck(program: Command): void {
  const command = addCommand(
    program,
    "check",
    "Test a model's arithmetic: round trips, log-determinants, normalisation.",
  )
    .argument(MODEL, MODEL_HELP)
    .argument("[table]", "CSV or TSV file to test it on (default: the model's own samples)")
    .optionsGroup("Data:");
  addTableOptions(command, MODEL_COLUMNS).option(
    "--seed <n>",
    "seed of the points that are tested",
    wholeNumber(0),
    0,
  );
  addEngine(command).optionsGroup("Output:");
  finish(command, "check", ["model.safetensors data.csv"]).action(async (model, table, options) =>
    (await import("./commands/check.ts")).checkCommand(model, table, options),
  );
}

function addPlot(program: Command): void {
  const command = addCommand(program, "plot", "Draw a model: its density, layers or training.")
    .argument(MODEL, MODEL_HELP)
    .argument("[table]", "CSV or TSV file to draw beside it (default: the model's own samples)")
    .optionsGroup("Data:");
  addTableOptions(command, MODEL_COLUMNS)
    .optionsGroup("Picture:")
    .addOption(
      new Option(
        "--what <what>",
        "density: curve, map or pair plot; layers: a sample on its way from the base to the " +
          "data; training: the training curve",
      )
        .choices(["density", "layers", "training"])
        .default("density"),
    )
    .option("--seed <n>", "seed of the samples", wholeNumber(0), 0);
  addEngine(command)
    .optionsGroup("Output:")
    .option("--out <file>", "picture, .png or .svg (default: density.png, ...)", pictureFile);
  finish(command, "plot", [
    "model.safetensors data.csv --out density.png",
    "model.safetensors --what layers --out layers.svg",
  ]).action(async (model, table, options) =>
    (await import("./commands/plot.ts")).plotCommand(model, table, options),
  );
}

function addExport(program: Command): void {
  const command = addCommand(
    program,
    "export",
    "Write a model as ONNX files, which other languages can run.",
  )
    .argument(MODEL, MODEL_HELP)
    .optionsGroup("Export:")
    .addOption(
      new Option(
        "--functions <names>",
        `some of ${exportable.join(",")}; several go to one file each: model.logProb.onnx, ...`,
      )
        .argParser(functionNames)
        .default(["logProb"], "logProb"),
    )
    .optionsGroup("Output:")
    .option("--out <file>", "ONNX file (default: the model's name with .onnx)");
  finish(command, "export", [
    "model.safetensors",
    "model.safetensors --functions logProb,sample --out model.onnx",
  ]).action(async (model, options) =>
    (await import("./commands/export.ts")).exportCommand(model, options),
  );
}

function addFlows(program: Command): void {
  const command = addCommand(program, "flows", "List the kinds of flows that fit can build.");
  finish(command, "flows", [""]).action(async (options) =>
    (await import("./commands/flows.ts")).flowsCommand(options),
  );
}

function addCommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).summary(description.replace(/\.$/, ""));
}

function addTableOptions(command: Command, columns: string): Command {
  return command
    .addOption(new Option("--columns <names>", columns).argParser(names).conflicts("exclude"))
    .option("--exclude <names>", "leave these columns out", names)
    .option("--drop-missing", "leave out rows in which a cell is missing");
}

/** What every command has that computes. */
function addEngine(command: Command): Command {
  return command
    .optionsGroup("Engine:")
    .option(
      "--engine <engine>",
      "what computes: auto, onnx, onnx:<execution provider>, jax, jax:wasm, jax:webgpu or jax:cpu " +
        "(default: PUSHFORWARD_ENGINE, else auto)",
      engineName,
    );
}

/** What every command has: `--json`, `--help` and examples. */
function finish(command: Command, name: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  pushforward ${name} ${example}`.trimEnd());
  return command
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.join("\n")}`);
}
