/**
 * Packs both packages as npm would publish them and examines the tarballs: publint (entry points
 * exist and are well formed), are-the-types-wrong (the types resolve in ESM) and the licence file.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pushforward-pack-"));

/**
 * Runs one command and shows what it wrote; true when it succeeded.
 *
 * @param {string} command
 * @param {string[]} args
 */
function succeeds(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** @param {string} name */
function tool(name) {
  return join(root, "node_modules/.bin", name);
}

/** @param {string} tarball */
function holdsLicence(tarball) {
  const { stdout } = spawnSync("tar", ["-tzf", tarball], { encoding: "utf8" });
  const holds = stdout.split("\n").includes("package/LICENSE");
  if (!holds) console.error(`${tarball} holds no LICENSE`);
  return holds;
}

/** @param {string} tarball */
function isSound(tarball) {
  console.log(`\n${tarball}`);
  return [
    succeeds(tool("publint"), ["run", tarball, "--strict"]),
    succeeds(tool("attw"), [tarball, "--profile", "esm-only"]),
    holdsLicence(tarball),
  ].every(Boolean);
}

try {
  const packed = succeeds("npm", [
    "pack",
    "--workspace=packages/pushforward",
    "--workspace=packages/cli",
    "--silent",
    "--pack-destination",
    folder,
  ]);
  const tarballs = readdirSync(folder).map((name) => join(folder, name));
  const sound = tarballs.map(isSound);
  process.exitCode = packed && sound.length === 2 && sound.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
