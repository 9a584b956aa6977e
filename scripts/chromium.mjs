/**
 * A Chromium for the tests and the benches of the page: one that is installed, or else one that this installs, the way the machine
 * allows: by playwright, or as root of a Debian from its packages.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** Where installers put it that do not touch the path. */
const usualPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** What it is started with: no window, and nothing that asks hosts of its own accord. */
export const chromiumFlags = Object.freeze([
  "--headless=new",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]);

/** @returns {string | undefined} path of the program */
function installed() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [playwrights(), ...onPath, ...usualPlaces].find((path) => path && existsSync(path));
}

/** Where playwright keeps its own. */
function playwrights() {
  const { chromium } = createRequire(import.meta.url)("playwright-core");
  return chromium.executablePath();
}

/** @param {string} command @param {string[]} args */
function attempt(command, ...args) {
  return spawnSync(command, args, { stdio: "ignore", timeout: 300_000 }).status === 0;
}

/** @returns {string | undefined} path of the program; undefined where there is none and none can be installed */
export function findChromium() {
  const found = installed();
  if (found) return found;
  const cli = createRequire(import.meta.url).resolve("playwright-core/cli.js");
  console.log("No Chromium is installed: installing one for the tests of the page.");
  if (attempt(process.execPath, cli, "install", "chromium")) return installed();
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    attempt("apt-get", "update");
    attempt("apt-get", "install", "--yes", "--no-install-recommends", "chromium");
  }
  return installed();
}
