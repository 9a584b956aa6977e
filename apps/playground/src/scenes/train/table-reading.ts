import { signal } from "@preact/signals";
import { readTable } from "../../data/read-table.ts";
import { messageOf } from "../../message-of.ts";
import { reset, table } from "./training-state.ts";

/** The file that is being read, and how much of it. */
export const reading = signal<{ readonly name: string; readonly percent: number } | undefined>(
  undefined,
);

/** Why the last file was not taken. */
export const readingProblem = signal<string | undefined>(undefined);

let latest: File | undefined;

/** Take a table of the visitor's; of two files that are read at a time, the later one counts. */
export async function openTable(file: File): Promise<void> {
  latest = file;
  const isLatest = () => latest === file;
  const tell = (share: number) => {
    if (isLatest()) reading.value = { name: file.name, percent: Math.floor(100 * share) };
  };
  readingProblem.value = undefined;
  tell(0);
  try {
    const found = await readTable(file, tell);
    if (!isLatest()) return;
    table.value = { table: found, x: 0, y: 1 };
    reset();
  } catch (error) {
    if (isLatest()) readingProblem.value = messageOf(error);
  }
  if (isLatest()) reading.value = undefined;
}
