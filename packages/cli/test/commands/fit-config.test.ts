import { join } from "node:path";
import { DataError } from "pushforward";
import { expect, test } from "vitest";
import { readColumnOptions } from "../../src/commands/fit-config.ts";
import { readFitData } from "../../src/commands/fit-data.ts";
import { folderWith } from "../images/support.ts";

test("a file of settings is read", async () => {
  const settings = { given: ["a"], types: { b: "positive" }, missing: "drop" };
  const path = join(folderWith({ "c.json": JSON.stringify(settings) }), "c.json");
  expect(await readColumnOptions(path)).toEqual({
    ...settings,
    types: { b: { type: "positive" } },
  });
});

test.each([
  ["absent.json", /absent\.json: no such file; check the name/],
  ["text.json", /text\.json: is no JSON/],
  ["typo.json", /there is no setting "tipes", did you mean "types"; take some of columns,/],
  ["list.json", /holds no settings/],
])("%s is refused", async (name, message) => {
  const folder = folderWith({ "text.json": "x", "typo.json": '{"tipes":{}}', "list.json": "[]" });
  const attempt = readColumnOptions(join(folder, name));
  await expect(attempt).rejects.toThrow(DataError);
  await expect(attempt).rejects.toThrow(message);
});

test("a column that is not there is said to be named by the file, unless the command line names it", async () => {
  const folder = folderWith({ "c.json": '{"given":["mnth"]}', "t.csv": "month,x\n1,2\n" });
  const config = join(folder, "c.json");
  const read = (options: object) =>
    readFitData(join(folder, "t.csv"), { seed: 0, config, ...options });
  await expect(read({})).rejects.toThrow(
    `which "given" in ${config} names, did you mean "month"; it has`,
  );
  await expect(read({ given: ["mnth"] })).rejects.toThrow("which --given names, did you mean");
});
