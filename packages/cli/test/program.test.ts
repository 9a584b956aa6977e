import { expect, test, vi } from "vitest";
import { createProgram } from "../src/program.ts";

async function help(columns: string, ...args: string[]): Promise<string> {
  vi.stubEnv("COLUMNS", columns);
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await createProgram()
      .parseAsync(args, { from: "user" })
      .catch(() => {});
    return write.mock.calls.map(([text]) => text).join("");
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

test.each(["40", "60", "80", "100"])("help keeps to %s columns", async (columns) => {
  const commands = createProgram().commands.map((command) => command.name());
  for (const command of [...commands, ""]) {
    const text = await help(columns, ...(command ? ["help", command] : ["help"]));
    expect(text).toContain("Usage: pushforward");
    // A line to be copied stays whole, and so does that of the usage.
    const lines = text.split("\n").filter((line) => !/^( {2}|Usage: )pushforward /.test(line));
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(Number(columns));
  }
});

test("a slip in the name of a flow is told, with all names", async () => {
  const program = createProgram().configureOutput({ writeErr: () => {} });
  for (const command of program.commands) command.copyInheritedSettings(program);
  await expect(
    program.parseAsync(["fit", "t.csv", "--flow", "nfs"], { from: "user" }),
  ).rejects.toThrow(/'nfs' is invalid\. Did you mean nsf\? Allowed choices are nsf, nsf-ar, maf, /);
});

test("help names all files that tables are written to", async () => {
  for (const command of ["score", "sample", "impute"]) {
    const text = (await help("100", "help", command)).replace(/\s+/g, " ");
    expect(text).toContain(".csv, .tsv, .parquet, .jsonl or .ndjson file");
  }
});
