/**
 * Checks which file may import which: imports go downward only, without cycles; jax-js stays in
 * `engine/`; the library imports nothing that only Node has; in the page only the worker computes, and
 * nothing else loads what does, not by way of the worker's files either;
 * nobody imports what its package.json does not name. Type-only imports count too, for they tie
 * files together just as well, but for those of the worker's packages in the page.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const LIBRARY = "packages/pushforward";
const CLI = "packages/cli";
const PAGE = "apps/playground";

/** What the page's main thread must not load: the visitor waits for it. */
const WORKER_ONLY = ["pushforward", "@jax-js/jax", "onnxruntime-web"];

/** What others than the page use, too: the densities that are known exactly. */
const SHARED = "bench/densities/targets.mjs";

/**
 * The library's layers, lowest first. A file may import its own line and the lines before it; the
 * longest name that fits decides, so `core/errors.ts` lies below the rest of `core/`.
 */
const LAYERS = [
  ["core/errors.ts", "core/shape.ts", "engine/"],
  ["core/"],
  ["numerics/"],
  ["networks/", "transformers/"],
  ["bijectors/", "distributions/"],
  ["flows/"],
  ["io/"],
  ["training/", "inference/"],
  ["evaluation/"],
  ["model/"],
  ["fit.ts", "baselines.ts"],
  ["tables/"],
  ["testing/"],
  ["index.ts"],
];

/** @typedef {{ file: string, line: number, specifier: string, isType: boolean }} Import */

/** @typedef {Import & { target: string }} Edge to a file of the same package, or to a package by its name */

/**
 * The rules that the sources under `root` break, one sentence each; empty when all is well.
 *
 * @param {string} root the repository's folder
 * @returns {string[]}
 */
export function checkLayers(root) {
  return [LIBRARY, CLI, PAGE].flatMap((folder) => checkPackage(root, folder));
}

/**
 * @param {string} root
 * @param {string} folder
 */
function checkPackage(root, folder) {
  const source = join(root, folder, "src");
  const declared = declaredDependencies(join(root, folder, "package.json"));
  /** @type {string[]} */
  const broken = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  /** @type {Map<string, Edge[]>} */
  const loads = new Map();
  for (const file of sourceFiles(source)) {
    /** @type {string[]} */
    const targets = [];
    /** @type {Edge[]} */
    const loaded = [];
    graph.set(file, targets);
    loads.set(file, loaded);
    if (folder === LIBRARY && layerOf(file) === -1) {
      broken.push(`${folder}/src/${file}: belongs to no layer; add it to LAYERS in layers.mjs`);
    }
    for (const found of importsOf(source, file)) {
      const relativeImport = found.specifier.startsWith(".");
      const target = relativeImport ? targetOf(source, found) : null;
      const reason =
        target === null ? whyNotPackage(folder, declared, found) : whyNotFile(folder, file, target);
      if (reason) {
        broken.push(`${folder}/src/${file}:${found.line}: imports ${found.specifier}: ${reason}`);
      }
      if (target !== null) targets.push(target);
      if (!found.isType) loaded.push({ ...found, target: target ?? packageName(found.specifier) });
    }
  }
  if (folder === PAGE) broken.push(...loadedByThePage(loads));
  return [...broken, ...cycles(graph).map((cycle) => `${folder}/src: cycle ${cycle.join(" -> ")}`)];
}

/**
 * Why `file` may not import the package that `found` names, or null when it may.
 *
 * @param {string} folder
 * @param {Set<string>} declared
 * @param {Import} found
 */
function whyNotPackage(folder, declared, { file, specifier, isType }) {
  if (isBuiltin(specifier)) {
    if (folder === LIBRARY) return "the library runs in browsers and must not need Node";
    return folder === PAGE ? "the page runs in browsers" : null;
  }
  const name = packageName(specifier);
  if (folder === PAGE && !isOfWorker(file) && !isType && WORKER_ONLY.includes(name)) {
    return "only worker/ computes; the page itself takes types from there";
  }
  if (!declared.has(name)) return `${folder}/package.json does not list ${name}`;
  const inEngine = folder === LIBRARY && file.startsWith("engine/");
  if (name === "@jax-js/jax" && !inEngine) {
    return "only the library's engine/ imports jax-js; take from there what is needed";
  }
  return null;
}

/**
 * Why `file` may not import the file `target` of the same package, or null when it may.
 *
 * @param {string} folder
 * @param {string} file
 * @param {string} target
 */
function whyNotFile(folder, file, target) {
  if (folder === PAGE && join(PAGE, "src", target) === SHARED) return null;
  if (target.startsWith("..")) return `it lies outside ${folder}/src; import a package by its name`;
  if (folder !== LIBRARY) return null;
  const from = layerOf(file);
  const to = layerOf(target);
  if (from === -1 || to <= from) return null;
  return `${lineOf(to)} lies above ${lineOf(from)}; imports go downward only`;
}

/**
 * Where the page's main thread takes values from files of the worker that lead to what only the worker may load.
 *
 * @param {Map<string, Edge[]>} loads what each file imports by value
 * @returns {string[]}
 */
function loadedByThePage(loads) {
  return [...loads].flatMap(([file, edges]) =>
    edges.flatMap(({ target, line, specifier }) => {
      if (isOfWorker(file) || !isOfWorker(target)) return [];
      const way = wayToWorkerOnly(loads, target);
      if (!way) return [];
      const reason = `loads ${way.at(-1)} by ${way.slice(0, -1).join(" -> ")}`;
      return `${PAGE}/src/${file}:${line}: imports ${specifier}: ${reason}; the page itself takes types from there`;
    }),
  );
}

/** @param {string} file */
const isOfWorker = (file) => file.startsWith("worker/");

/**
 * The files from `start` to a package that only the worker may load, with the package; null where none is reached.
 *
 * @param {Map<string, Edge[]>} loads
 * @param {string} start
 * @param {Set<string>} seen
 * @returns {string[] | null}
 */
function wayToWorkerOnly(loads, start, seen = new Set()) {
  if (WORKER_ONLY.includes(start)) return [start];
  if (seen.has(start)) return null;
  seen.add(start);
  for (const { target } of loads.get(start) ?? []) {
    const rest = wayToWorkerOnly(loads, target, seen);
    if (rest) return [start, ...rest];
  }
  return null;
}

/** @param {number} layer */
function lineOf(layer) {
  return (LAYERS[layer] ?? []).join(", ");
}

/**
 * @param {string} file
 * @returns {number} index into LAYERS, or -1
 */
function layerOf(file) {
  let best = "";
  let layer = -1;
  LAYERS.forEach((names, index) => {
    for (const name of names) {
      const fits = name.endsWith("/") ? file.startsWith(name) : file === name;
      if (fits && name.length > best.length) {
        best = name;
        layer = index;
      }
    }
  });
  return layer;
}

/**
 * Every import, export-from, dynamic import and import type of a file.
 *
 * @param {string} source
 * @param {string} file
 * @returns {Import[]}
 */
function importsOf(source, file) {
  const text = readFileSync(join(source, file), "utf8");
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    file,
    line: text.slice(0, pos).split("\n").length,
    specifier: fileName,
    isType: /\b(?:import|export) type [^;]*$/.test(text.slice(0, pos)),
  }));
}

/**
 * @param {string} source
 * @param {Import} found
 */
function targetOf(source, { file, specifier }) {
  return relative(source, resolve(source, dirname(file), specifier)).replaceAll("\\", "/");
}

/** @param {string} source */
function sourceFiles(source) {
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.tsx?$/.test(file))
    .sort();
}

/** @param {string} specifier */
function packageName(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** @param {string} file */
function declaredDependencies(file) {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(file, "utf8"));
  return new Set(Object.keys({ ...dependencies, ...peerDependencies }));
}

/**
 * One cycle for each edge that a depth-first walk finds leading back into its own path.
 *
 * @param {Map<string, string[]>} graph
 * @returns {string[][]}
 */
function cycles(graph) {
  /** @type {string[][]} */
  const found = [];
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  /** @param {string} file */
  const visit = (file) => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const broken = checkLayers(fileURLToPath(new URL("..", import.meta.url)));
  for (const line of broken) console.error(line);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
