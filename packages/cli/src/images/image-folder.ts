import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "pushforward";
import { counted, quoted } from "../table/wording.ts";
import { isPicture } from "./holds-images.ts";
import { type LabelSet, MOST_CLASSES } from "./image-set.ts";
import { readError } from "./read-bytes.ts";

/** The pictures of a folder. */
export interface ImageFolder {
  /** Their paths within it. */
  names: string[];
  /** Their sub-folders, where they lie in such. */
  labels?: LabelSet;
  /** What was left out, one line each. */
  notices: string[];
}

/**
 * Looks for PNG and JPEG files in a folder or else in its sub-folders, one per class; no deeper.
 *
 * Folders and files are sorted by name, numbers in names by their value. Hidden ones are passed
 * over.
 *
 * @throws DataError when there are none, or some both in the folder and in its sub-folders.
 */
export async function findImages(path: string): Promise<ImageFolder> {
  const top = await list(path, "");
  const below: Listing[] = [];
  for (const folder of top.folders) below.push(await list(path, folder));
  const classes = below.filter(({ pictures }) => pictures.length > 0);
  checkLayout(path, top, classes);
  const empty = below.filter(({ pictures }) => pictures.length === 0).map(({ folder }) => folder);
  const notices = [
    ...leftOut(
      "neither PNG nor JPEG",
      "file",
      [top, ...below].flatMap(({ others }) => others),
    ),
    ...leftOut("no image directly in it", "folder", empty),
    ...leftOut(
      "inside the folder of a class",
      "folder",
      classes.flatMap(({ folders }) => folders),
    ),
  ];
  if (classes.length === 0) return { names: top.pictures, notices };
  return {
    names: classes.flatMap(({ pictures }) => pictures),
    labels: {
      values: Int32Array.from(
        classes.flatMap(({ pictures }, number) => pictures.map(() => number)),
      ),
      classes: classes.map(({ folder }) => folder),
    },
    notices,
  };
}

function checkLayout(path: string, top: Listing, [firstClass, ...more]: readonly Listing[]): void {
  const [loose] = top.pictures;
  if (loose !== undefined && firstClass) {
    throw new DataError(
      `${path}: holds both images (${quoted(loose)}) and folders of images ` +
        `(${quoted(firstClass.folder)}); put every image into the folder of its class, or all into one`,
    );
  }
  if (loose === undefined && !firstClass) {
    throw new DataError(
      `${path}: holds no .png, .jpg or .jpeg file, nor does a folder in it; name the folder of the ` +
        "images, or the one with a folder per class",
    );
  }
  if (more.length >= MOST_CLASSES) {
    throw new DataError(
      `${path}: has ${counted(more.length + 1, "folder")} of images, more than ` +
        `${counted(MOST_CLASSES, "folder")}, one per class; put the images into fewer`,
    );
  }
}

/** What a folder holds directly: paths within the top folder, in natural order. */
interface Listing {
  /** Its own path within the top folder. */
  folder: string;
  pictures: string[];
  folders: string[];
  others: string[];
}

async function list(top: string, folder: string): Promise<Listing> {
  const path = join(top, folder);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw readError(path, error);
  });
  const listing: Listing = { folder, pictures: [], folders: [], others: [] };
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  for (const entry of visible.sort((a, b) => naturalOrder(a.name, b.name))) {
    const name = join(folder, entry.name);
    if (await isFolder(top, name, entry)) listing.folders.push(name);
    else if (isPicture(entry.name)) listing.pictures.push(name);
    else listing.others.push(name);
  }
  return listing;
}

/** Links are followed; one that leads nowhere is taken for a file, and reading it says so. */
async function isFolder(top: string, name: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(join(top, name)).catch(() => null);
  return target?.isDirectory() ?? false;
}

const { compare } = new Intl.Collator("en", { numeric: true });

/** `a2` before `a10`; names that count alike, such as `a1` and `a01`, by their characters. */
function naturalOrder(a: string, b: string): number {
  return compare(a, b) || (a < b ? -1 : 1);
}

function leftOut(why: string, noun: string, names: readonly string[]): string[] {
  const [example] = names;
  if (example === undefined) return [];
  return [`Left out, ${why}: ${counted(names.length, noun)} (${quoted(example)}).`];
}
