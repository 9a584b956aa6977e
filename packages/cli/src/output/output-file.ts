import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, chmod, constants, open, realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DataError } from "pushforward";
import { temporaryAt } from "../files/temporary-path.ts";

/**
 * Refuses a path to which nothing can be written, before any work is done for it.
 *
 * @param others files that the command reads or writes as well, through whatever links.
 * @throws DataError when its folder is missing or protected, when it is a folder itself, or when
 * writing it would overwrite one of the others.
 */
export async function checkOutput(path: string, others: readonly string[] = []): Promise<void> {
  const folder = dirname(resolve(path));
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    throw new DataError(`${path}: there is no folder ${folder}; create it, or write elsewhere`);
  }
  const target = await stat(path).catch(() => null);
  if (target?.isDirectory()) throw new DataError(`${path}: is a folder; name a file`);
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) throw new DataError(`${path}: its folder is not writable; write elsewhere`);
  const place = await placeOf(path);
  for (const other of others) {
    if ((await placeOf(other)) !== place) continue;
    throw new DataError(
      `${path}: this command would overwrite its own file ${other}; write to another file`,
    );
  }
}

/** Where a path leads, links followed; the file itself need not be there. */
async function placeOf(path: string): Promise<string> {
  const folder = dirname(resolve(path));
  return realpath(path).catch(async () =>
    join(await realpath(folder).catch(() => folder), basename(path)),
  );
}

/** Writes lines of text to a file; the whole file is there in the end, or none. */
export function writeText(path: string, lines: Iterable<string>): Promise<void> {
  return writeBlocks(path, inBlocks(lines));
}

/** Writes a file so that it is there whole or not at all: a temporary name, then a rename. */
export async function writeBlocks(
  path: string,
  blocks: Iterable<string | Uint8Array>,
): Promise<void> {
  const { place, direct, commit, discard } = await replacing(path);
  try {
    await pipeline(Readable.from(blocks), createWriteStream(place));
    await commit();
  } catch (error) {
    if (direct) throw error;
    await discard();
    throw writingError(path, error);
  }
}

/** A file in the making, beside the one that it is going to replace. */
export interface Replacement {
  /** Where to write. */
  readonly place: string;
  /** Whether that is the path itself: a device or a pipe is written to, not replaced. */
  readonly direct: boolean;
  /** Puts the new file in the place of the old one. */
  commit(): Promise<void>;
  /** Leaves the old file as it was. */
  discard(): Promise<void>;
}

/**
 * Prepares a file that will be there whole or not at all: a temporary name, then a rename. It gets
 * the permissions of the file that it replaces, and nobody else sees it before.
 *
 * @throws DataError when no file can be made there.
 */
export async function replacing(path: string): Promise<Replacement> {
  const existing = await stat(path).catch(() => null);
  if (existing && !existing.isFile()) {
    return { place: path, direct: true, commit: async () => {}, discard: async () => {} };
  }
  const target = existing ? await realpath(path) : path;
  const { path: place, remove, release } = temporaryAt(`${target}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    if (existing) await makePrivate(place);
  } catch (error) {
    remove();
    throw writingError(path, error);
  }
  return {
    place,
    direct: false,
    async commit() {
      if (existing) await chmod(place, existing.mode & 0o777);
      await rename(place, target);
      release();
    },
    discard: async () => remove(),
  };
}

/** Makes an empty file that only its owner can read. */
async function makePrivate(place: string): Promise<void> {
  await (await open(place, "wx", 0o600)).close();
}

/** The error of a file that could not be written. */
export function writingError(path: string, error: unknown): DataError {
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || /no space left/i.test(message);
  return new DataError(
    full
      ? `${path}: cannot be written, the disk is full; make room, or write elsewhere`
      : `${path}: cannot be written (${message.split("\n")[0]})`,
  );
}

/** Writes text to standard output, as fast as the reader takes it. */
export async function printText(lines: Iterable<string>): Promise<void> {
  for (const block of inBlocks(lines)) {
    if (process.stdout.write(block)) continue;
    await new Promise((taken) => process.stdout.once("drain", taken));
  }
}

const BLOCK = 65_536;

/** Joins lines into blocks: a call per line would take longer than making the line. */
export function* inBlocks(lines: Iterable<string>): Generator<string> {
  let block = "";
  for (const line of lines) {
    block += line;
    if (block.length < BLOCK) continue;
    yield block;
    block = "";
  }
  yield block;
}
