import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { refusal, runInTurn, temporaryFolder, uniforms } from "./command.ts";

/** Beside the repository, not a part of it. */
const data = resolve(dirname(fileURLToPath(import.meta.url)), "../../../../../shared/data/small");

/** What is tested is what comes out, not how good it is. */
const quick = ["--steps", "40", "--layers", "1", "--hidden", "16"];

/** The cells of a CSV file by column; none of those here needs quotes. */
function cells(text: string): Record<string, string[]> {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const rows = lines.map((line) => line.split(","));
  return Object.fromEntries(
    header.split(",").map((name, place) => [name, rows.map((row) => row[place] as string)]),
  );
}

async function succeed(folder: string, ...args: string[]) {
  const result = await runInTurn(folder, ...args);
  expect(result.stderr.replace(/^step .*$/gm, "")).not.toContain("pushforward: ");
  expect(result.code).toBe(0);
  return result;
}

/** A picture that shows something: many colours, and the size that was meant. */
async function expectPicture(path: string): Promise<void> {
  const { width = 0, height = 0 } = await sharp(path).metadata();
  expect(Math.min(width, height)).toBeGreaterThan(400);
  const { entropy } = await sharp(path).stats();
  expect(entropy).toBeGreaterThan(0.3);
}

describe("a table of mixed columns with gaps", () => {
  /** Weather that was made up: categories, an angle, skewed and whole numbers, a date, gaps. */
  function weather(): string {
    const uniform = uniforms(11);
    const lines = Array.from({ length: 400 }, (_, row) => {
      const sky = ["clear", "rain", "snow"][Math.floor(3 * uniform())] as string;
      const rain = sky === "clear" ? 0.1 * uniform() : -3 * Math.log(uniform());
      const wind = (360 * uniform() ** 0.5).toFixed(1);
      const day = new Date(Date.UTC(2024, 0, 1 + (row % 90))).toISOString().slice(0, 10);
      const birds = uniform() < 0.1 ? "" : Math.floor(20 * uniform());
      return [day, sky, rain.toFixed(4), wind, birds, "north"].join(",");
    });
    return `day,sky,rain,wind direction,birds,station\n${lines.join("\n")}\n`;
  }

  test("is fitted, sampled, scored, imputed and drawn in its own form", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "w.csv"), weather());
    const message = await refusal(folder, "fit", "w.csv");
    expect(message).toMatch(
      /column "birds" lacks a value in \d+ of 400 rows.*--missing drop.*--missing model/,
    );

    const m = "m.safetensors";
    const fit = await succeed(folder, "fit", "w.csv", "--missing", "model", "--out", m, ...quick);
    expect(fit.stdout).toMatch(/^columns +"day": date/m);
    expect(fit.stdout).toMatch(/^ +"sky": one of "clear", "rain", "snow"$/m);
    expect(fit.stdout).toMatch(/^ +"rain": not negative/m);
    expect(fit.stdout).toMatch(/^ +"wind direction": angle from 0 to 360/m);
    expect(fit.stdout).toMatch(/^ +"birds": not negative, whole, may be missing$/m);
    expect(fit.stdout).toMatch(/^ +"station": always "north"$/m);

    const where = ["--where", "sky != 'clear' and birds >= 5", "-n", "50", "--seed", "1"];
    const drawn = cells((await succeed(folder, "sample", m, ...where)).stdout);
    expect(drawn.day?.every((cell) => /^\d{4}-\d\d-\d\d$/.test(cell))).toBe(true);
    expect(new Set(drawn.sky)).toEqual(new Set(["rain", "snow"]));
    expect(drawn.rain?.every((cell) => Number(cell) >= 0)).toBe(true);
    expect(drawn["wind direction"]?.every((cell) => Number(cell) >= 0 && Number(cell) < 360)).toBe(
      true,
    );
    expect(drawn.birds?.every((cell) => Number.isInteger(Number(cell)) && Number(cell) >= 5)).toBe(
      true,
    );
    expect(drawn.station).toEqual(new Array(50).fill("north"));

    const least = await succeed(folder, "score", m, "w.csv", "--anomalies", "7");
    const worst = cells(least.stdout);
    const scores = worst.log_density?.map(Number) ?? [];
    expect(scores).toHaveLength(7);
    expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    expect(worst.tail_probability?.every((cell) => Number(cell) > 0 && Number(cell) <= 1)).toBe(
      true,
    );

    await succeed(folder, "impute", m, "w.csv", "--out", "full.jsonl");
    const full = readFileSync(join(folder, "full.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(full).toHaveLength(400);
    expect(full.every((row) => Number.isInteger(row.birds) && row.birds >= 0)).toBe(true);
    const before = cells(weather());
    const kept = full.filter(
      (row, i) => before.birds?.[i] !== "" && row.birds !== Number(before.birds?.[i]),
    );
    expect(kept).toEqual([]);

    const withId = weather()
      .trimEnd()
      .split("\n")
      .map((line, i) => `${i === 0 ? "id" : String(i).padStart(4, "0")},${line}`);
    writeFileSync(join(folder, "id.csv"), `${withId.join("\n")}\n`);
    for (const command of ["score", "impute"]) {
      const { stdout } = await succeed(folder, command, m, "id.csv", "--keep", "id", "--out", "-");
      expect(stdout).toMatch(/^id,day,sky,.*\n0001,2024-01-01,/);
    }

    for (const what of ["density", "quality"]) {
      await succeed(folder, "plot", m, "w.csv", "--what", what, "--out", `${what}.png`);
      await expectPicture(join(folder, `${what}.png`));
    }
  });

  test("conditioned on columns, types and policies from a file", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "w.csv"), weather());
    const config = {
      given: ["sky"],
      missing: "drop",
      types: { birds: "bounded(0, 40)" },
      exclude: ["day"],
    };
    writeFileSync(join(folder, "c.json"), JSON.stringify(config));
    const fit = [
      "fit",
      "w.csv",
      "--config",
      "c.json",
      "--out",
      "g.safetensors",
      "--json",
      ...quick,
    ];
    const report = JSON.parse((await succeed(folder, ...fit)).stdout);
    expect(report.columns).toContainEqual({ name: "birds", text: "0 to 40, whole", given: false });
    expect(report.columns).toContainEqual({
      name: "sky",
      text: 'one of "clear", "rain", "snow"',
      given: true,
    });
    expect(report.rows.total).toBeLessThan(400);
    expect(await refusal(folder, "sample", "g.safetensors")).toContain(
      'give a value of each: --where "sky = ..."',
    );
    const snow = await succeed(
      folder,
      "sample",
      "g.safetensors",
      "-n",
      "20",
      "--where",
      "sky = SNOW",
    );
    expect(cells(snow.stdout).sky).toEqual(new Array(20).fill("snow"));
    expect(await refusal(folder, "sample", "g.safetensors", "--where", "sky = hail")).toContain(
      '"sky" is never "hail"; it is one of "clear", "rain", "snow"',
    );
    // The rows with gaps have no score, and say so.
    const scored = await succeed(folder, "score", "g.safetensors", "w.csv");
    expect(scored.stderr).toMatch(/No score for \d+ rows: a cell is missing that the model needs/);
    expect(cells(scored.stdout).log_density?.filter((cell) => cell === "").length).toBe(
      400 - report.rows.total,
    );
    writeFileSync(join(folder, "bad.json"), '{ "tpyes": {} }');
    expect(await refusal(folder, "fit", "w.csv", "--config", "bad.json")).toContain(
      'bad.json: there is no setting "tpyes", did you mean "types"; take some of columns, exclude, given, types',
    );
  });

  test("by way of a query and a Parquet file", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "w.csv"), weather());
    const sql = "select rain, birds from 'w.csv' where birds is not null";
    const fit = ["fit", "--sql", sql, "--out", "q.safetensors", ...quick];
    expect((await succeed(folder, ...fit)).stdout).toMatch(/"rain": not negative/);
    await succeed(folder, "sample", "q.safetensors", "-n", "30", "--out", "s.parquet");
    const { stdout } = await succeed(folder, "score", "q.safetensors", "s.parquet", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ rows: 30, columns: ["rain", "birds"] });
    expect(await refusal(folder, "fit", "--sql", "select rian from 'w.csv'")).toMatch(/rian/);
  });
});

describe("real tables", () => {
  test.for([
    ["penguins.csv", ["--missing", "model"], /"species": one of "Adelie", "Chinstrap", "Gentoo"/],
    ["diamonds.csv.gz", ["--max-rows", "1500"], /"cut": one of "Fair", "Good"/],
    ["quakes_fiji.csv", [], /"mag": not negative, in steps of 0.1/],
    ["wine.csv", [], /"column\d+": /],
  ] as [string, string[], RegExp][])("%s", async ([name, options, expected], { skip }) => {
    const path = join(data, name);
    skip(!existsSync(path), `${path} is absent`);
    const folder = temporaryFolder();
    const fit = await succeed(folder, "fit", path, "--out", "m.safetensors", ...options, ...quick);
    expect(fit.stdout).toMatch(expected);
    const drawn = await succeed(folder, "sample", "m.safetensors", "-n", "100", "--out", "s.csv");
    expect(drawn.stdout).toBe("s.csv: 100 rows\n");
    const scores = JSON.parse(
      (await succeed(folder, "score", "m.safetensors", "s.csv", "--json")).stdout,
    );
    const finite = scores.logDensity.filter((score: number | null) => score !== null);
    // Combinations of gaps that no row had have no density.
    expect(finite.length).toBeGreaterThan(name === "penguins.csv" ? 60 : 99);
    await succeed(folder, "plot", "m.safetensors", path, "--out", "p.png");
    await expectPicture(join(folder, "p.png"));
  });
});
