import fs from "node:fs";
import {
  chmod,
  mkdtemp,
  readFile as read,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelFileError } from "../../src/core/errors.ts";
import { readFile, writeFileAtomic } from "../../src/io/files.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pushforward-files-"));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true, force: true });
});

const OLD = Uint8Array.of(1, 2, 3);
const NEW = Uint8Array.of(4, 5, 6, 7);

async function failure(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => new Error("expected a failure"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelFileError);
  const { message } = error as Error;
  expect(message).not.toContain("\n");
  return message;
}

/** Makes Node's functions fail as a system does that this test cannot put into that state. */
function failing(name: "rename" | "readFile" | "open", code: string) {
  vi.spyOn(fs.promises, name).mockRejectedValue(Object.assign(new Error(code), { code }));
}

describe("readFile", () => {
  test("gives the bytes, as a plain Uint8Array", async () => {
    await writeFile(join(folder, "a"), OLD);
    const bytes = await readFile(join(folder, "a"));
    expect(bytes).toEqual(OLD);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });

  test("a missing file, a folder, a path through a file", async () => {
    await writeFile(join(folder, "a"), OLD);
    const missing = join(folder, "missing");
    expect(await failure(readFile(missing))).toBe(
      `cannot read ${missing}: no such file; check the path`,
    );
    expect(await failure(readFile(folder))).toContain("it is a folder");
    expect(await failure(readFile(join(folder, "a", "b")))).toContain("a file, not a folder");
  });

  test("permission denied", async () => {
    failing("readFile", "EACCES");
    expect(await failure(readFile("a"))).toContain("cannot read a: permission denied");
  });

  test("a failure without a name of its own keeps the system's words", async () => {
    failing("readFile", "EIO");
    expect(await failure(readFile("a"))).toBe("cannot read a: EIO");
  });
});

describe("writeFileAtomic", () => {
  test("writes a new file and leaves nothing else behind", async () => {
    await writeFileAtomic(join(folder, "a"), NEW);
    expect(new Uint8Array(await read(join(folder, "a")))).toEqual(NEW);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("replaces an old file, keeping its permissions", async () => {
    await writeFile(join(folder, "a"), OLD);
    await chmod(join(folder, "a"), 0o640);
    await writeFileAtomic(join(folder, "a"), NEW);
    expect(new Uint8Array(await read(join(folder, "a")))).toEqual(NEW);
    expect((await stat(join(folder, "a"))).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("follows a link to the file", async () => {
    await writeFile(join(folder, "a"), OLD);
    await symlink(join(folder, "a"), join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), NEW);
    expect(new Uint8Array(await read(join(folder, "a")))).toEqual(NEW);
    expect((await fs.promises.lstat(join(folder, "link"))).isSymbolicLink()).toBe(true);
  });

  test("a failure half-way leaves the old file and no temporary", async () => {
    await writeFile(join(folder, "a"), OLD);
    failing("rename", "ENOSPC");
    expect(await failure(writeFileAtomic(join(folder, "a"), NEW))).toContain("no space left");
    expect(new Uint8Array(await read(join(folder, "a")))).toEqual(OLD);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  test("a missing folder, a folder, permission denied", async () => {
    const path = join(folder, "missing", "a");
    expect(await failure(writeFileAtomic(path, NEW))).toBe(
      `cannot write ${path}: its folder does not exist; create it first`,
    );
    expect(await failure(writeFileAtomic(folder, NEW))).toContain("it is a folder");
    failing("open", "EACCES");
    expect(await failure(writeFileAtomic(join(folder, "a"), NEW))).toContain("permission denied");
  });

  test.skipIf(!fs.existsSync("/dev/full"))("a device is written to, not replaced", async () => {
    expect(await failure(writeFileAtomic("/dev/full", NEW))).toContain("no space left");
    await writeFileAtomic("/dev/null", NEW);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  test("writers of one path at the same time leave one whole file", async () => {
    const path = join(folder, "a");
    const contents = Array.from({ length: 8 }, (_, index) => new Uint8Array(50_000).fill(index));
    await Promise.all(contents.map((bytes) => writeFileAtomic(path, bytes)));
    const left = new Uint8Array(await read(path));
    expect(left).toEqual(new Uint8Array(50_000).fill(left[0]));
    expect(await readdir(folder)).toEqual(["a"]);
  });
});

describe("outside Node", () => {
  test.each([undefined, {}])("process = %j: says to use bytes", async (process) => {
    vi.stubGlobal("process", process);
    const attempts = [readFile("a"), writeFileAtomic("a", NEW)];
    vi.unstubAllGlobals();
    expect(await failure(attempts[0])).toContain("load(bytes)");
    expect(await failure(attempts[1])).toContain("model.toBytes()");
  });
});
