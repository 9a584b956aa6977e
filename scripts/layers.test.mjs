import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { checkLayers } from "./layers.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "pushforward-layers-"));
const library = "packages/pushforward/src";

for (const folder of ["packages/pushforward", "packages/cli", "apps/playground"]) {
  cpSync(join(root, folder, "src"), join(copy, folder, "src"), { recursive: true });
  cpSync(join(root, folder, "package.json"), join(copy, folder, "package.json"));
}
const before = new Set(checkLayers(copy));

/**
 * Files of the copy that a test has changed, as they were.
 *
 * @type {Map<string, string | null>}
 */
const originals = new Map();

/**
 * Adds to the end of a file of the copy, for the rest of the test.
 *
 * @param {string} file
 * @param {string} text
 */
function plant(file, text) {
  const path = join(copy, file);
  const original = existsSync(path) ? readFileSync(path, "utf8") : null;
  if (!originals.has(path)) originals.set(path, original);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${original ?? ""}\n${text}\n`);
}

/**
 * What the check says about the copied sources once `text` is added to `file`, beyond what it says
 * about the sources as they are.
 *
 * @param {string} file
 * @param {string} text
 */
function complaintsAfterPlanting(file, text) {
  plant(file, text);
  return checkLayers(copy).filter((line) => !before.has(line));
}

afterEach(() => {
  for (const [path, original] of originals) {
    if (original === null) rmSync(path);
    else writeFileSync(path, original);
  }
  originals.clear();
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("an import that breaks a rule is named", () => {
  test.each([
    ["core/planted.ts", 'import "../numerics/planted.ts";', "numerics/ lies above core/"],
    ["core/planted.ts", 'import type { A } from "../flows/planted.ts";', "flows/ lies above core/"],
    ["core/planted.ts", 'export * from "../model/model.ts";', "model/ lies above core/"],
    ["core/planted.ts", 'type A = import("../model/model.ts").A;', "model/ lies above core/"],
    ["bijectors/planted.ts", 'await import("../io/planted.ts");', "io/ lies above"],
    ["engine/planted.ts", 'import "../core/bijector.ts";', "core/ lies above"],
    ["core/errors.ts", 'import "./bijector.ts";', "core/ lies above"],
    ["training/planted.ts", 'import "../model/model.ts";', "model/ lies above"],
    ["model/model.ts", 'import "../fit.ts";', "lies above model/"],
    ["fit.ts", 'import "./index.ts";', "index.ts lies above"],
    ["testing/planted.ts", 'import "../index.ts";', "index.ts lies above testing/"],
    ["core/planted.ts", 'import "@jax-js/jax";', "engine/ imports jax-js"],
    ["core/planted.ts", 'import "@jax-js/jax/nn";', "engine/ imports jax-js"],
    ["io/planted.ts", 'import "node:fs";', "must not need Node"],
    ["engine/planted.ts", 'await import("fs/promises");', "must not need Node"],
    ["io/planted.ts", 'import "commander";', "does not list commander"],
    ["io/planted.ts", 'import "../../../cli/src/main.ts";', "outside packages/pushforward/src"],
    ["planted.ts", "export {};", "belongs to no layer"],
  ])("%s: %s", (file, text, reason) => {
    // An upward import between two real files closes a cycle as well, which is another rule.
    const complaints = complaintsAfterPlanting(`${library}/${file}`, text).filter(
      (line) => !line.includes(": cycle "),
    );
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(reason);
    expect(complaints[0]).toContain(`${library}/${file}`);
  });

  test("the command line tool reaches into the library's sources", () => {
    const complaints = complaintsAfterPlanting(
      "packages/cli/src/planted.ts",
      'import "../../pushforward/src/model/model.ts";',
    );
    expect(complaints).toEqual([expect.stringContaining("import a package by its name")]);
  });

  test("the command line tool uses jax-js by itself", () => {
    const complaints = complaintsAfterPlanting(
      "packages/cli/src/planted.ts",
      'import "@jax-js/jax";',
    );
    expect(complaints).toEqual([expect.stringContaining("engine/ imports jax-js")]);
  });

  test.each([
    ["charts/planted.tsx", 'import { nsf } from "pushforward";', "only worker/ computes"],
    ["planted.ts", 'import "onnxruntime-web/wasm";', "only worker/ computes"],
    ["worker/planted.ts", 'import "node:fs";', "the page runs in browsers"],
    ["worker/planted.ts", 'import "commander";', "does not list commander"],
    ["planted.ts", 'import "../../../bench/densities/measure.mjs";', "outside apps/playground/src"],
  ])("the page's %s: %s", (file, text, reason) => {
    const complaints = complaintsAfterPlanting(`apps/playground/src/${file}`, text);
    expect(complaints).toEqual([expect.stringContaining(reason)]);
  });

  test("the page takes a value from a file of the worker that computes", () => {
    const complaints = complaintsAfterPlanting(
      "apps/playground/src/scenes/planted.tsx",
      'import { createMasks } from "../worker/masks.ts";',
    );
    expect(complaints).toEqual([
      "apps/playground/src/scenes/planted.tsx:2: imports ../worker/masks.ts: loads pushforward by worker/masks.ts; the page itself takes types from there",
    ]);
  });

  test.each([
    ["a value", 'import { b } from "./planted-b.ts";'],
    ["what is passed on", 'export * from "./planted-b.ts";'],
    ["a file of its own accord", 'await import("./planted-b.ts");'],
    ["types among values", 'import { type B, b } from "./planted-b.ts";'],
    [
      "a name that is a type, though the file is loaded",
      'import { type B } from "./planted-b.ts";',
    ],
  ])("the page reaches what computes by several files, by %s", (_, text) => {
    plant("apps/playground/src/worker/planted-b.ts", 'import "../data/planted-c.ts";');
    plant("apps/playground/src/data/planted-c.ts", 'import "../worker/planted-d.ts";');
    plant("apps/playground/src/worker/planted-d.ts", 'import "onnxruntime-web/wasm";');
    plant("apps/playground/src/worker/planted-a.ts", text);
    const complaints = complaintsAfterPlanting(
      "apps/playground/src/planted.ts",
      'import "./worker/planted-a.ts";',
    );
    expect(complaints).toEqual([
      expect.stringContaining("data/planted-c.ts:2: imports ../worker/planted-d.ts: loads onnx"),
      expect.stringContaining(
        "loads onnxruntime-web by worker/planted-a.ts -> worker/planted-b.ts -> data/planted-c.ts -> worker/planted-d.ts;",
      ),
    ]);
  });

  test("a cycle inside one layer", () => {
    plant(`${library}/flows/planted-a.ts`, 'import "./planted-b.ts";');
    plant(`${library}/flows/planted-b.ts`, 'import "./planted-c.ts";');
    const complaints = complaintsAfterPlanting(
      `${library}/flows/planted-c.ts`,
      'import type { A } from "./planted-a.ts";',
    );
    expect(complaints).toEqual([
      `${library}: cycle flows/planted-a.ts -> flows/planted-b.ts -> flows/planted-c.ts -> flows/planted-a.ts`,
    ]);
  });

  test("a file that imports itself", () => {
    const complaints = complaintsAfterPlanting(
      "packages/cli/src/planted.ts",
      'import "./planted.ts";',
    );
    expect(complaints).toEqual(["packages/cli/src: cycle planted.ts -> planted.ts"]);
  });
});

describe("an import that keeps the rules passes", () => {
  test.each([
    ["engine/planted.ts", 'import "@jax-js/jax"; import "../core/errors.ts";'],
    ["core/planted.ts", 'import "../engine/planted.ts"; import "./errors.ts";'],
    ["networks/planted.ts", 'import "../transformers/planted.ts";'],
    ["testing/planted.ts", 'import "../model/model.ts"; import "../fit.ts";'],
    [
      "core/planted.ts",
      '// import "../model/model.ts";\nexport const text = \'import "../model/model.ts"\';',
    ],
  ])("%s: %s", (file, text) => {
    expect(complaintsAfterPlanting(`${library}/${file}`, text)).toEqual([]);
  });

  test.each([
    ["types of what computes", 'import type { Laboratory } from "../worker/laboratory.ts";'],
    ["types, passed on", 'export type { Laboratory } from "../worker/laboratory.ts";'],
    ["what only talks to the worker", 'import { laboratory } from "../worker/client.ts";'],
    ["what computes nothing", 'import { boundsOf } from "../worker/bounds.ts";'],
  ])("the page may import %s", (_, text) => {
    expect(complaintsAfterPlanting("apps/playground/src/charts/planted.ts", text)).toEqual([]);
  });

  test("files of the worker that take only types of each other may be imported", () => {
    plant("apps/playground/src/worker/planted.ts", 'import type { Gate } from "./training.ts";');
    const text = 'import "../worker/planted.ts";';
    expect(complaintsAfterPlanting("apps/playground/src/charts/planted.ts", text)).toEqual([]);
  });

  test("the command line tool may use Node and the library", () => {
    const text = 'import "node:fs"; import "pushforward/io"; import "commander";';
    expect(complaintsAfterPlanting("packages/cli/src/planted.ts", text)).toEqual([]);
  });
});
