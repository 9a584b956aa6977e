import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outcome, refusal, ridge, run, start, temporaryFolder } from "./command.ts";

const common = ["compare", "t.csv", "--folds", "2", "--out", "c.json"];
const small = ["--steps", "60", "--flows", "nsf:layers=2,hidden=8"];

test("compares, keeps results, draws them, and does nothing twice", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(600));
  const args = [...common, ...small, "--picture", "c.png"];
  const { code, stdout, stderr } = await run(folder, ...args);
  expect(code).toBe(0);
  expect(stderr).not.toContain("Going on");
  expect(stdout).toMatch(/^mixture +[\d,–]+ +-\d\.\d{3} ± 0\.\d{3} /m);
  expect(stdout).toMatch(/^nsf:layers=2,hidden=8 +[\d,]+ +-\d\.\d{3} ± 0\.\d{3} /m);
  expect(stdout.match(/ ± \d\.\d{3} +best /g)).toHaveLength(1);
  const picture = readFileSync(join(folder, "c.png"));
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
  expect(picture.length).toBeGreaterThan(10_000);

  const again = await run(folder, ...args);
  expect(again.stderr).toContain("Going on from c.json: 6 of 6 fits are done.");
  expect(again.stdout).toBe(stdout);
  const other = await refusal(folder, ...args, "--seed", "1");
  expect(other).toMatch(/c\.json: holds another comparison \(--seed 0 there, 1 here\)/);
});

test("Ctrl-C ends with code 130, and the same command goes on to the same scores", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(600));
  const args = [...common, "--steps", "150", "--flows", "realnvp:layers=2,hidden=8", "--json"];
  const child = start(folder, ...args);
  const ended = outcome(child);
  const isUnderWay = () => {
    try {
      return JSON.parse(readFileSync(join(folder, "c.json"), "utf8")).results.length >= 2;
    } catch {
      return false;
    }
  };
  while (!isUnderWay() && child.exitCode === null) {
    await new Promise((wake) => setTimeout(wake, 20));
  }
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
    /^pushforward: stopped after \d of 6 fits; the same command goes on from c\.json$/,
  );

  const goneOn = await run(folder, ...args);
  expect(goneOn.stderr).toMatch(/Going on from c\.json: \d of 6 fits are done\./);
  const elsewhere = args.with(args.indexOf("c.json"), "whole.json");
  const whole = await run(folder, ...elsewhere);
  const scores = (stdout: string) =>
    JSON.parse(stdout).settings.map(({ name, logLikelihood }: Record<string, unknown>) => [
      name,
      logLikelihood,
    ]);
  expect(scores(goneOn.stdout)).toEqual(scores(whole.stdout));
});

test("a setting that cannot be fitted is a line with the reason, and the others are told", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(300));
  const wild = { name: "wild", flow: "maf", learningRate: 1e30, layers: 1, steps: 50 };
  const settings = [wild, { name: "tame", flow: "realnvp", layers: 1, steps: 5 }];
  writeFileSync(join(folder, "s.json"), JSON.stringify(settings));
  const { code, stdout } = await run(folder, ...common, "--settings", "s.json");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^wild +failed in fold 1: /m);
  expect(stdout).toMatch(/^gaussian +\d/m);
});

test("where every flow fails, the exit code says so", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(300));
  const wild = ["--flows", "maf:learning-rate=1e30,layers=1,steps=50"];
  const { code, stdout, stderr } = await run(folder, ...common, ...wild, "--columns", "x,y");
  expect(code).toBe(1);
  expect(stdout).toMatch(/ failed in fold 1: /);
  expect(stderr).toMatch(/^No flow could be scored: every one failed\.$/m);
});

test("images, and an output that is no comparison, are refused", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "t.csv"), ridge(100));
  expect(await refusal(folder, "compare", ".")).toMatch(/holds images, and compare is for tables/);
  expect(await refusal(folder, "compare", "t.csv", "--out", "t.csv")).toContain(
    "overwrite its own file",
  );
  writeFileSync(join(folder, "c.json"), "{}");
  expect(await refusal(folder, ...common)).toContain("c.json: is there and holds no comparison");
});
