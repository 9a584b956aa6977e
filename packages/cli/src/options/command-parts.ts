import { type Command, Option } from "commander";
import { engineName, names } from "./parsers.ts";

/** The argument of every command that takes a model. */
export const MODEL = "<model>";
export const MODEL_HELP = "file written by pushforward fit";

export const IMAGES_HELP = "images: a folder, or an IDX, NPY, NPZ, PNG or JPEG file";

/** What `--columns` is for where there is a model. */
export const MODEL_COLUMNS = "take these for the model's columns, in its order";

export function addCommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).summary(description.replace(/\.$/, ""));
}

/** What every command has that reads tables. */
export function addTableOptions(command: Command, columns: string): Command {
  return command
    .optionsGroup("Data, of tables:")
    .option("--sql <query>", "a DuckDB query in the place of a file: \"select * from 'x.parquet'\"")
    .option("--table <name>", "table of a .duckdb file, or array of an NPZ file")
    .addOption(new Option("--columns <names>", columns).argParser(names).conflicts("exclude"))
    .option("--exclude <names>", "leave these columns out", names);
}

/** What commands have that write rows of a table with columns of a model. */
export function addKeep(command: Command): Command {
  return command.option(
    "--keep <names>",
    "write these other columns of the table, too, as they are, before the model's: an identifier, for example",
    names,
  );
}

/** What every command has that reads images for a model. */
export function addImageOptions(command: Command): Command {
  return command
    .optionsGroup("Data, of images:")
    .addOption(
      new Option(
        "--labels <file>",
        "classes of the images, an integer each: IDX, NPY or NPZ (default: folders are classes)",
      ).conflicts("class"),
    )
    .option("--class <name>", "one class for all images");
}

/** What every command has that computes. */
export function addEngine(command: Command): Command {
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
export function finish(command: Command, name: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  pushforward ${name} ${example}`.trimEnd());
  return command
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.join("\n")}`);
}
