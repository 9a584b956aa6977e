import { expect, test } from "vitest";
import type { ImageModel } from "../../src/commands/image-model.ts";
import { imagePicture } from "../../src/commands/plot-images.ts";

const model = { history: [{ step: 1, train: 2, validation: 3 }], columns: new Array(4) };

/** What is said when the training curve is drawn. */
async function notesOf(
  classes: string[] | undefined,
  path: string | undefined,
  labels?: string,
  only?: string,
): Promise<string[]> {
  const notes: string[] = [];
  const console = {
    width: 80,
    print: expect.unreachable,
    note: (message: string) => void notes.push(message),
  };
  const of = { path: "m", model, classes } as unknown as ImageModel;
  const options = { seed: 0, ...(labels && { labels }), ...(only && { class: only }) };
  const { parts } = await imagePicture(of, "training", path, options, console);
  expect(parts.join()).toContain("bits per dimension");
  return notes;
}

test("of images and labels that a picture does not need, it is said that they are not read", async () => {
  expect(await notesOf(["a", "b"], "absent", "l.npy")).toEqual([
    "--what training needs no images: absent is not read.",
    "--what training needs no labels: l.npy is not read.",
  ]);
  expect(await notesOf(["a", "b"], undefined, "l.npy")).toHaveLength(1);
  expect(await notesOf(["a", "b"], undefined, undefined, "b")).toEqual([
    "--what training is of all classes: --class changes nothing.",
  ]);
  expect(await notesOf(undefined, undefined)).toEqual([]);
});

test("labels are refused for a model without classes, needed or not", async () => {
  await expect(notesOf(undefined, undefined, "l.npy")).rejects.toThrow(
    "--labels: m was fitted without classes; leave it out",
  );
});
