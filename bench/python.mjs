import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".venv", import.meta.url));
const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const python = `${folder}/${process.platform === "win32" ? "Scripts/python.exe" : "bin/python"}`;

/**
 * The interpreter with the peers: the one given, or that of `bench/.venv`, which is created where
 * it is missing.
 *
 * @param {string | undefined} given
 * @returns {{ python: string } | { missing: string }} the reason where there is none
 */
export function findPython(given) {
  if (given !== undefined) {
    return spawnSync(given, ["--version"]).status === 0
      ? { python: given }
      : { missing: "the interpreter given by --python does not run" };
  }
  if (!existsSync(`${folder}/complete`)) {
    console.error("Installing the Python libraries into bench/.venv (several GB, once) ...");
    const done = create();
    if (!done) return { missing: "bench/.venv could not be created: see above" };
  }
  return { python };
}

function create() {
  const steps = [
    ["python3", "-m", "venv", folder],
    [python, "-m", "pip", "install", "--quiet", "--requirement", requirements],
    [python, "-c", `open(${JSON.stringify(`${folder}/complete`)}, "w").close()`],
  ];
  return steps.every(([command = "", ...args]) => {
    const { status } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
    return status === 0;
  });
}
