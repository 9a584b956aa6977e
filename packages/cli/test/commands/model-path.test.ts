import { join } from "node:path";
import { expect, test } from "vitest";
import { modelPathFor } from "../../src/commands/model-path.ts";
import { folderWith } from "../images/support.ts";

test.each([
  ["a/penguins.csv", "penguins"],
  ["penguins.TSV.gz", "penguins"],
  ["photos.2024.npz", "photos.2024"],
  ["t10k-images.idx3-ubyte.gz", "t10k-images"],
  ["t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte"],
  ["one.JPEG", "one"],
  ["rows.2024", "rows.2024"],
  ["rows", "rows"],
  [".csv", ".csv"],
])("a model of the file %s is called %s", async (path, name) => {
  expect(await modelPathFor(path)).toBe(`${name}.safetensors`);
});

test("a folder's name is taken whole", async () => {
  const folder = folderWith({
    "photos.2023/a.png": "",
    "photos.2024/a.png": "",
    "a.csv/a.png": "",
  });
  for (const name of ["photos.2023", "photos.2024", "a.csv"]) {
    expect(await modelPathFor(join(folder, name))).toBe(`${name}.safetensors`);
    expect(await modelPathFor(`${join(folder, name)}/`)).toBe(`${name}.safetensors`);
  }
});

test("another path is taken as it is, unless its ending promises something else than a model", async () => {
  for (const out of ["a.st", "b", "c.2024", ".npy", "d/e.safetensors"]) {
    expect(await modelPathFor("photos", out)).toBe(out);
  }
  for (const out of ["a.png", "b.CSV", "c.onnx", "d.safetensors.gz", "e.npy"]) {
    await expect(modelPathFor("photos", out)).rejects.toThrow(
      /is no name for a model, .* let it end in \.safetensors$/,
    );
  }
});
