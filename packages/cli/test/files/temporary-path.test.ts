import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { spaceError, type TemporaryPath, temporaryPath } from "../../src/files/temporary-path.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A folder with something in it, as a database leaves it, beside a file. */
function filled(): TemporaryPath[] {
  const folder = temporaryPath();
  mkdirSync(folder.path);
  writeFileSync(join(folder.path, "rows.db"), "rows");
  const file = temporaryPath(".input");
  writeFileSync(file.path, "x\n1\n");
  return [folder, file];
}

/** Sends a signal to this process as if no others listened to it; whether it would end the process. */
function ended(signal: (typeof SIGNALS)[number], others: () => void = () => {}): boolean {
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const own = process.listeners(signal).filter(({ name }) => name === "endBy");
  const strange = process.listeners(signal).filter(({ name }) => name !== "endBy");
  for (const listener of strange) process.off(signal, listener);
  others();
  process.emit(signal, signal);
  for (const listener of strange) process.on(signal, listener);
  expect(own).toHaveLength(1);
  return kill.mock.calls.some(([id, sent]) => id === process.pid && sent === signal);
}

test.each(SIGNALS)("%s removes what is there, and then ends the process", (signal) => {
  const places = filled();
  expect(ended(signal)).toBe(true);
  expect(places.map(({ path }) => existsSync(path))).toEqual([false, false]);
  for (const { remove } of places) remove();
});

test("a signal that others listen to is theirs, also where they listen once", () => {
  const places = filled();
  const other = vi.fn();
  expect(ended("SIGINT", () => process.once("SIGINT", other))).toBe(false);
  expect(other).toHaveBeenCalledOnce();
  expect(places.map(({ path }) => existsSync(path))).toEqual([true, true]);
  for (const { remove } of places) remove();
});

test("what is removed needs no more watching", () => {
  const before = process.listenerCount("SIGTERM");
  const places = filled();
  expect(process.listenerCount("SIGTERM")).toBe(before + 1);
  for (const { remove } of places) remove();
  expect(places.map(({ path }) => existsSync(path))).toEqual([false, false]);
  expect(process.listenerCount("SIGTERM")).toBe(before);
});

test("reports that there is no room say where room is needed", () => {
  for (const report of [
    "ENOSPC: no space left on device, write",
    "EFBIG: file too large, write",
    'IO Error: Could not write file "rows.db": No space left on device',
    "Out of Memory Error: failed to offload data block of size 256.0 KiB",
  ]) {
    expect(spaceError("standard input", report)?.message).toMatch(
      /^standard input: does not fit into the folder for temporary files, .*TMPDIR$/,
    );
  }
  expect(spaceError("a.csv", "Binder Error: no such column")).toBeNull();
});
