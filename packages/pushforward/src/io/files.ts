import { ModelFileError } from "../core/errors.ts";

/**
 * Reads a whole file (Node only).
 *
 * @throws ModelFileError when the file cannot be read, or outside Node.
 */
export async function readFile(path: string): Promise<Uint8Array> {
  const fs = nodeFs(`cannot read ${path}`, "fetch its bytes and use load(bytes)");
  try {
    const { buffer, byteOffset, byteLength } = await fs.readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/**
 * Writes a file so that its old content or its new content is there, never a part (Node only).
 *
 * The bytes go to a temporary name in the same folder, are flushed to the disk, and the temporary
 * is renamed; on failure it is removed. Links are followed and an existing file's permissions
 * kept. Devices and pipes cannot be replaced and are written to directly.
 *
 * @throws ModelFileError when the file cannot be written, or outside Node.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const fs = nodeFs(`cannot write ${path}`, "use the bytes of model.toBytes()");
  try {
    const existing = await fs.stat(path).catch(() => null);
    if (existing && !existing.isFile()) {
      await fs.writeFile(path, bytes);
      return;
    }
    const target = existing ? await fs.realpath(path) : path;
    const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    try {
      await writeFlushed(fs, temporary, bytes, existing?.mode);
      await fs.rename(temporary, target);
    } catch (cause) {
      await fs.rm(temporary, { force: true }).catch(() => {});
      throw cause;
    }
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}

/** The rest of a file's mode says what kind of file it is. */
const PERMISSIONS = 0o7777;

async function writeFlushed(fs: NodeFs, path: string, bytes: Uint8Array, mode?: number) {
  const file = await fs.open(path, "wx");
  try {
    if (mode !== undefined) await file.chmod(mode & PERMISSIONS);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const NOT_A_FOLDER = "a part of its path is a file, not a folder; check the path";

const REASONS: Readonly<Record<"read" | "write", Readonly<Record<string, string>>>> = {
  read: {
    ENOENT: "no such file; check the path",
    ENOTDIR: NOT_A_FOLDER,
    EISDIR: "it is a folder; give the path of a file",
    EACCES: "permission denied; make it readable for this user",
    EPERM: "permission denied; make it readable for this user",
  },
  write: {
    ENOENT: "its folder does not exist; create it first",
    ENOTDIR: NOT_A_FOLDER,
    EISDIR: "it is a folder; give the path of a file inside it",
    EACCES: "permission denied; choose a folder that you may write to",
    EPERM: "permission denied; choose a folder that you may write to",
    EROFS: "the disk is read-only; choose another folder",
    ENOSPC: "no space left on the disk; free some or choose another",
  },
};

function fileError(verb: "read" | "write", path: string, cause: unknown): ModelFileError {
  const { code, message } = cause as { code?: string; message?: string };
  const reason = (code && REASONS[verb][code]) || message || String(cause);
  return new ModelFileError(`cannot ${verb} ${path}: ${reason}`, { cause });
}

/** The part of Node's `fs.promises` that is used here. */
interface NodeFs {
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  stat(path: string): Promise<{ isFile(): boolean; mode: number }>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
  open(path: string, flags: string): Promise<NodeFile>;
}

interface NodeFile {
  chmod(mode: number): Promise<void>;
  writeFile(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface NodeGlobal {
  process?: { getBuiltinModule?: (name: "node:fs") => { promises: NodeFs } | undefined };
}

/** Asked for at run time, so that no browser bundle meets an import of `node:fs`. */
function nodeFs(complaint: string, wayOut: string): NodeFs {
  const fs = (globalThis as NodeGlobal).process?.getBuiltinModule?.("node:fs");
  if (!fs) throw new ModelFileError(`${complaint}: no file system here; ${wayOut} instead`);
  return fs.promises;
}
