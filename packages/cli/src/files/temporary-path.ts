import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "pushforward";

/** A place for what does not outlive the process. */
export interface TemporaryPath {
  readonly path: string;
  /** Removes what is there. */
  remove(): void;
  /** Lets what is there stay. */
  release(): void;
}

const places = new Set<string>();

/** A new place in the folder for temporary files, removed as {@link temporaryAt} says. */
export function temporaryPath(ending = ""): TemporaryPath {
  return temporaryAt(join(tmpdir(), `pushforward-${randomUUID()}${ending}`));
}

/** Takes a place where nothing is yet. What is there when the process ends, or is ended, is removed. */
export function temporaryAt(path: string): TemporaryPath {
  if (places.size === 0) watchEnd();
  places.add(path);
  const release = () => {
    places.delete(path);
    if (places.size === 0) stopWatching();
  };
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      release();
    },
    release,
  };
}

/** The error of a report that there is no room for temporary files; null where it says something else. */
export function spaceError(source: string, report: string): DataError | null {
  if (!/no space left|file too large|quota exceeded|failed to offload/i.test(report)) return null;
  return new DataError(
    `${source}: does not fit into the folder for temporary files, ${tmpdir()}; make room there, or ` +
      "name another folder with TMPDIR",
  );
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function watchEnd(): void {
  process.on("exit", removeAll);
  // Ahead of listeners that go when they are called.
  for (const signal of SIGNALS) process.prependListener(signal, endBy);
}

function stopWatching(): void {
  process.off("exit", removeAll);
  for (const signal of SIGNALS) process.off(signal, endBy);
}

function removeAll(): void {
  for (const path of places) rmSync(path, { recursive: true, force: true });
}

/** Lets a signal end the process as ever, unless others listen: they end the work in their own way. */
function endBy(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  stopWatching();
  process.kill(process.pid, signal);
}
