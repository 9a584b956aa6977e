import { Command, Option } from "commander";
import { pictureNames } from "./commands/picture.ts";
import {
  addCommand,
  addEngine,
  addImageOptions,
  addKeep,
  addTableOptions,
  finish,
  IMAGES_HELP,
  MODEL,
  MODEL_COLUMNS,
  MODEL_HELP,
} from "./options/command-parts.ts";
import {
  columnType,
  exportable,
  fileOrStandardOutput,
  functionNames,
  nameOf,
  names,
  notNegative,
  pictureFile,
  positive,
  share,
  wholeNumber,
  widths,
} from "./options/parsers.ts";
import { packageVersion } from "./package-version.ts";
import { defaultSettings as limits } from "./serve/settings.ts";
import { helpItem } from "./terminal/help-item.ts";
import { wrap } from "./terminal/text-table.ts";

/** Names for `--flow`, of tables and images; a test holds them to the library's own. */
export const flowNames = [
  "nsf",
  "nsf-ar",
  "maf",
  "iaf",
  "made",
  "naf",
  "bnaf",
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
  "residual",
  "ffjord",
  "flow-matching",
  "cdf",
  "linear",
] as const;

/** The command line. Each command's code is loaded when it runs, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command("pushforward")
    .description(
      "Fit a probability density to a table or to images, score them, draw samples, look inside.\n" +
        "The densities are normalizing flows: exact to evaluate, exact to sample.",
    )
    .version(packageVersion(), "-V, --version", "Show the version.")
    .helpOption("-h, --help", "Show this help.")
    .helpCommand("help [command]", "Show the help of a command")
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 20, formatItem: helpItem })
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
    .addHelpText("after", () => `${START}\n${wrapped(DATA)}`);
  addFit(program);
  addCompare(program);
  addScore(program);
  addSample(program);
  addImpute(program);
  addInspect(program);
  addCheck(program);
  addPlot(program);
  addExport(program);
  addServe(program);
  addFlows(program);
  addDemo(program);
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

const START = `
Start here:
  pushforward fit data.csv --out model.safetensors
  pushforward plot model.safetensors data.csv --out density.png
  pushforward fit photos --out model.safetensors
  pushforward plot model.safetensors --out samples.png`;

const DATA =
  "Tables are CSV, TSV, JSON, Parquet or Arrow files, compressed or not, several by a pattern in quotes ('data/*.csv'), " +
  "tables of a .duckdb file, arrays in NPY or NPZ files, or the rows of a query (--sql). Images are a folder of PNG or " +
  "JPEG files of one size, or an IDX, NPY or NPZ file. Exit codes: 0 done, 1 failed, 2 wrong input or options, 130 " +
  "interrupted.";

const TABLE_OUT = "table: .csv, .tsv, .parquet, .jsonl or .ndjson file";

const TABLE_HELP = "table: CSV, JSON, Parquet, ... file";

function addFit(program: Command): void {
  const command = addCommand(program, "fit", "Fit a density to a table, or to images.")
    .argument("[data]", `${TABLE_HELP}; or ${IMAGES_HELP}`)
    .optionsGroup("Data:")
    .option(
      "--test <share>",
      "share held out for the report (default: 0.1; 0.2 below 500 rows; at most 2000 images)",
      share,
    );
  addTableOptions(
    command,
    `use these columns only, such as a,b; a name with a comma in quotes: '"b, c"'`,
  );
  addColumnOptions(command);
  addFitImageOptions(command);
  addFlowOptions(command)
    .optionsGroup("Training:")
    .option("--seed <n>", "same seed, same model", wholeNumber(0), 0)
    .option("--steps <n>", "most steps; stops early by itself (default: 2000)", wholeNumber(1))
    .option("--batch-size <n>", "rows per step (default: 256; 32 images)", wholeNumber(1))
    .option(
      "--learning-rate <rate>",
      "largest learning rate (default: 0.002; images 0.003)",
      positive,
    )
    .option("--weight-decay <w>", "AdamW's weight decay (default: 0)", notNegative)
    .option("--checkpoint <file>", "save the state here at times; continue from it if it exists");
  addEngine(command)
    .optionsGroup("Output:")
    .option(
      "--out <file>",
      "model file, any ending but that of data or pictures (default: the data's name with .safetensors)",
    );
  command.addHelpText("after", () => wrapped(SMALL_TABLES));
  finish(command, "fit", [
    "penguins.csv --missing model --out penguins.safetensors",
    "penguins.csv --given species,sex --missing drop --type year=category",
    "photos --bits 5 --flips --checkpoint c.safetensors",
    "images.npy --labels labels.npy --flow realnvp",
  ]).action(async (data, { type: types, ...options }) =>
    (await import("./commands/fit.ts")).fitCommand(data, { ...options, types }),
  );
}

function addColumnOptions(command: Command): Command {
  return command
    .option("--given <names>", "condition on these columns: the density is of the others", names)
    .option(
      "--type <column=type>",
      "what a column is, if it is not what it looks like: real, positive, integer, heavy-tailed, category, " +
        "'bounded(low, high)' or 'circular(low, high)'; repeatable",
      columnType,
    )
    .addOption(
      new Option(
        "--missing <policy>",
        "rows in which a cell is missing: drop them, or model which cells are missing (default: an error)",
      ).choices(["drop", "model"]),
    )
    .option("--drop-dependent", "leave out columns that others determine (default: an error)")
    .option(
      "--config <file>",
      'JSON file with the settings above: { "types": { "age": "positive" } }',
    )
    .option(
      "--max-rows <n>",
      "most rows, drawn at random from more (default: 1000000)",
      wholeNumber(2),
    );
}

function addFitImageOptions(command: Command): Command {
  return command
    .optionsGroup("Data, of images:")
    .option(
      "--bits <n>",
      "keep the upper bits of each pixel, 1 to 8 (default: 8)",
      wholeNumber(1, 8),
    )
    .addOption(
      new Option(
        "--labels <file>",
        "condition on classes, an integer per image: IDX, NPY or NPZ",
      ).conflicts("classes"),
    )
    .option("--classes", "condition on classes: the folders that the images are in")
    .option("--flips", "mirror training images left to right, each with probability 1/2")
    .addOption(
      new Option(
        "--dequantization <kind>",
        "how pixels are spread over their cells (default: flow++ variational, others uniform)",
      ).choices(["uniform", "variational"]),
    );
}

function addFlowOptions(command: Command): Command {
  return command
    .optionsGroup("Flow:")
    .addOption(
      new Option(
        "--flow <name>",
        "kind of flow; `pushforward flows` tells about each (default: nsf; images glow)",
      )
        .choices(flowNames)
        .argParser(nameOf(flowNames)),
    )
    .option(
      "--levels <n>",
      "scales of a flow of images (default: 3, or as often as they can be halved)",
      wholeNumber(1),
    )
    .option(
      "--layers <n>",
      "layers; of glow for images, steps in each level (default: see `pushforward flows`)",
      wholeNumber(1),
    )
    .option(
      "--hidden <widths>",
      "hidden layers of the networks, equal ones where they are residual (default: 64,64; images: " +
        "see `pushforward flows`)",
      widths,
    )
    .option("--bins <n>", "bins of each spline (default: nsf 8)", wholeNumber(2));
}

const SMALL_TABLES =
  "Below 1000 rows, defaults are a smaller flow and weight decay, which predict new rows better: " +
  "half the layers (nsf 2; nice keeps 4), --hidden 32 --bins 4 --learning-rate 0.001 --weight-decay 3. " +
  "Below 1000 images likewise: glow --layers 4 --hidden 32,32.";

function addCompare(program: Command): void {
  const command = addCommand(
    program,
    "compare",
    "Judge several flows on a table by cross-validated log-likelihood, beside a Gaussian and a mixture.",
  ).argument("[data]", TABLE_HELP);
  addTableOptions(
    command,
    `use these columns only, such as a,b; a name with a comma in quotes: '"b, c"'`,
  );
  addColumnOptions(command)
    .optionsGroup("Comparison:")
    .option(
      "--flows <names>",
      "flows, with settings after a colon: nsf,maf:layers=3,hidden=64x64 (default: nsf,maf,realnvp)",
    )
    .option(
      "--settings <file>",
      'JSON file with more of them: [{ "name": "wide", "flow": "nsf", "hidden": [128, 128] }]',
    )
    .option(
      "--folds <k>",
      "parts of the rows, each scored by fits to the others",
      wholeNumber(2),
      5,
    )
    .option("--seed <n>", "same seed, same folds and fits", wholeNumber(0), 0)
    .optionsGroup("Training, unless settings say:")
    .option("--steps <n>", "most steps of each fit (default: 2000)", wholeNumber(1))
    .option("--batch-size <n>", "rows per step (default: 256)", wholeNumber(1))
    .option("--learning-rate <rate>", "largest learning rate (default: 0.002)", positive)
    .option("--weight-decay <w>", "AdamW's weight decay (default: 0)", notNegative);
  addEngine(command)
    .optionsGroup("Output:")
    .option("--out <file>", "JSON file that keeps each fit's score; continues from it if it exists")
    .option("--picture <file>", "picture of the scores, .png or .svg", pictureFile);
  command.addHelpText("after", () => wrapped(COMPARED));
  finish(command, "compare", [
    "penguins.csv --missing drop --out comparison.json --picture comparison.png",
    "data.csv --flows nsf,nsf:layers=2,hidden=128x128 --folds 10",
  ]).action(async (data, { type: types, ...options }) =>
    (await import("./commands/compare.ts")).compareCommand(data, { ...options, types }),
  );
}

const COMPARED =
  "Columns are described once from the whole table. Each fit holds out rows for validation as fit does, and below " +
  "1000 rows has its smaller defaults. Scores are nats per row, in the units of the table.";

function addScore(program: Command): void {
  const command = addCommand(
    program,
    "score",
    "Write the log-density of every row of a table, in nats, or the log-probability of every image.",
  )
    .argument(MODEL, MODEL_HELP)
    .argument("[data]", `${TABLE_HELP} with the model's columns; or ${IMAGES_HELP}`);
  addTableOptions(command, MODEL_COLUMNS).option(
    "--anomalies <k>",
    "only the k least likely rows, the least likely first",
    wholeNumber(1),
  );
  addImageOptions(command)
    .optionsGroup("Scores:")
    .option(
      "--draws <k>",
      "points that a score is averaged over: of rows with gaps, categories or whole numbers (default: 8), and of " +
        "images (default: 1); more make it tighter",
      wholeNumber(1),
    );
  addKeep(addEngine(command).optionsGroup("Output:")).option(
    "--out <file>",
    `${TABLE_OUT} (default: CSV on standard output); of images .csv`,
    fileOrStandardOutput,
  );
  finish(command, "score", [
    "model.safetensors data.csv --out scores.csv",
    "model.safetensors data.csv --keep id,name --out scores.csv",
    "model.safetensors data.parquet --anomalies 20",
    "model.safetensors photos --draws 10 --out scores.csv",
  ]).action(async (model, data, options) =>
    (await import("./commands/score.ts")).scoreCommand(model, data, options),
  );
}

function addSample(program: Command): void {
  const command = addCommand(program, "sample", "Draw new rows, or new images, from a model.")
    .argument(MODEL, MODEL_HELP)
    .optionsGroup("Sample:")
    .option("-n, --count <n>", "how many (default: 1000 rows; 64 images)", wholeNumber(1))
    .option("--seed <n>", "same seed, same samples", wholeNumber(0), 0)
    .option(
      "--temperature <t>",
      "factor on the draws of the base: below 1 samples are more typical, less varied (default: 1)",
      positive,
    )
    .option(
      "--where <conditions>",
      "of tables: rows like this only, such as \"species = 'Gentoo' and mass > 4000\"; with and, or, in (...), " +
        "is null and parentheses",
    )
    .option("--class <name>", "of images: class of all (default: all classes in turn)");
  addEngine(command)
    .optionsGroup("Output:")
    .option(
      "--out <file>",
      `${TABLE_OUT} (default: CSV on standard output); of images a .npy file, a folder (in it one per class), ` +
        "or a .png file with all of them",
      fileOrStandardOutput,
    );
  finish(command, "sample", [
    "model.safetensors -n 500 --seed 1 --out samples.csv",
    "model.safetensors --where \"species = 'Gentoo'\"",
    "model.safetensors --temperature 0.7 --out samples.png",
  ]).action(async (model, options) =>
    (await import("./commands/sample.ts")).sampleCommand(model, options),
  );
}

function addImpute(program: Command): void {
  const command = addCommand(
    program,
    "impute",
    "Fill the missing cells of a table with draws given the cells that are there.",
  )
    .argument(MODEL, MODEL_HELP)
    .argument("[data]", `${TABLE_HELP} with the model's columns`)
    .optionsGroup("Imputation:")
    .option(
      "--draws <n>",
      "completed copies of the table, numbered in a column if there are several",
      wholeNumber(1),
      1,
    )
    .option("--seed <n>", "same seed, same draws", wholeNumber(0), 0);
  addTableOptions(command, MODEL_COLUMNS);
  addKeep(addEngine(command).optionsGroup("Output:")).option(
    "--out <file>",
    `${TABLE_OUT} (default: CSV on standard output)`,
    fileOrStandardOutput,
  );
  finish(command, "impute", [
    "model.safetensors data.csv --keep id --out complete.csv",
    "model.safetensors data.csv --out complete.csv",
    "model.safetensors data.csv --draws 5 --out five.parquet",
  ]).action(async (model, data, options) =>
    (await import("./commands/impute.ts")).imputeCommand(model, data, options),
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
    "Test a model's arithmetic: round trips, log-determinants, normalisation; and its samples beside data.",
  )
    .argument(MODEL, MODEL_HELP)
    .argument("[data]", "table or images to test it on (default: the model's own samples)")
    .optionsGroup("Data:")
    .option("--seed <n>", "seed of the points that are tested", wholeNumber(0), 0);
  addTableOptions(command, MODEL_COLUMNS).option("--training <file>", TRAINING);
  addImageOptions(command);
  addEngine(command).optionsGroup("Output:");
  finish(command, "check", ["model.safetensors data.csv"]).action(async (model, data, options) =>
    (await import("./commands/check.ts")).checkCommand(model, data, options),
  );
}

const TRAINING =
  "the table that the model was fitted to, to look for copies of its rows among samples";

function addPlot(program: Command): void {
  const command = addCommand(
    program,
    "plot",
    "Draw a model: its density, layers or training; of images samples and what it sees in them.",
  )
    .argument(MODEL, MODEL_HELP)
    .argument("[data]", "table to draw beside it (default: the model's own samples); or images")
    .optionsGroup("Picture:")
    .addOption(
      new Option(
        "--what <what>",
        "tables: density (default), a curve, map or pair plot; scores, a histogram of log-densities; " +
          "calibration, probability integral transforms; quality, samples beside the data; layers, a " +
          "sample on its way from the base to the data; trajectories, the paths of single draws; training, " +
          "the training curve. Images: samples (default); interpolation, from one image to another; " +
          "reconstruction, images with scales drawn again; likelihood, the most and the least likely images; training",
      ).choices([...new Set(Object.values(pictureNames).flat())]),
    )
    .option("--seed <n>", "seed of the samples", wholeNumber(0), 0);
  addTableOptions(command, MODEL_COLUMNS).option("--training <file>", TRAINING);
  addImageOptions(command);
  addEngine(command)
    .optionsGroup("Output:")
    .option("--out <file>", "picture, .png or .svg (default: density.png, ...)", pictureFile);
  finish(command, "plot", [
    "model.safetensors data.csv --out density.png",
    "model.safetensors --what layers --out layers.svg",
    "model.safetensors photos --what likelihood",
  ]).action(async (model, data, options) =>
    (await import("./commands/plot.ts")).plotCommand(model, data, options),
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

function addServe(program: Command): void {
  const command = addCommand(program, "serve", "Answer HTTP requests about a model.")
    .argument(MODEL, MODEL_HELP)
    .optionsGroup("Address:")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0: any that is free", wholeNumber(0, 65_535), 8080)
    .option(
      "--token-file <file>",
      "file with a token that callers must send (default: PUSHFORWARD_TOKEN, else none)",
    )
    .optionsGroup("Limits:")
    .option("--max-rows <n>", "most rows in a request or an answer", wholeNumber(1), limits.maxRows)
    .option(
      "--max-body <bytes>",
      "most bytes in a request",
      wholeNumber(1, 2 ** 28),
      limits.maxBody,
    )
    .option(
      "--max-concurrent <n>",
      "most requests that wait for an answer; more get 429",
      wholeNumber(1),
      limits.maxConcurrent,
    )
    .option(
      "--timeout <s>",
      "seconds that a request may take to come in, and its answer to be found",
      wholeNumber(1, 86_400),
      limits.timeout,
    );
  addEngine(command)
    .optionsGroup("Output:")
    .option("--json", "print JSON lines instead of text")
    .addHelpText("after", `${SERVE_EXAMPLES}\n${wrapped(SERVE)}`);
  command.action(async (model, options) =>
    (await import("./commands/serve.ts")).serveCommand(model, options),
  );
}

const SERVE_EXAMPLES = `
Examples:
  pushforward serve model.safetensors
  pushforward serve model.safetensors --host 0.0.0.0 --token-file token.txt`;

const SERVE =
  "GET /openapi.json tells of all requests. SIGTERM and Ctrl-C stop the service when what it has " +
  "accepted is answered; SIGHUP loads the file again.";

function addFlows(program: Command): void {
  const command = addCommand(program, "flows", "List the kinds of flows that fit can build.");
  finish(command, "flows", [""]).action(async (options) =>
    (await import("./commands/flows.ts")).flowsCommand(options),
  );
}

function addDemo(program: Command): void {
  const command = addCommand(
    program,
    "demo",
    "Show the commands at work on a small table that the demo makes; under a minute.",
  )
    .optionsGroup("Output:")
    .option("--out <folder>", "folder for the table and what is made of it", "pushforward-demo");
  finish(command, "demo", [""]).action(async (options) =>
    (await import("./commands/demo.ts")).demoCommand(options),
  );
}
