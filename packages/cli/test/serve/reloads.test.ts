import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Model, realNVP } from "pushforward";
import { fitTable } from "pushforward/tables";
import { expect, test, vi } from "vitest";
import { createReloads } from "../../src/serve/reloads.ts";
import { loadServedModel } from "../../src/serve/served-model.ts";
import { createService } from "../../src/serve/service.ts";
import { folderWith } from "../images/support.ts";
import { appParts, gaussian, servedModel } from "./support.ts";

test("a file that holds no model, or the same one, changes nothing; another one is served", async () => {
  const folder = folderWith({});
  const [path, other] = [join(folder, "m.safetensors"), join(folder, "n.safetensors")];
  await (await gaussian()).save(path);
  await (await gaussian(["x", "y", "z"])).save(other);
  const options = { onNotice: () => {} };
  const parts = appParts();
  const said: string[] = [];
  const log = { ...parts.log, info: (_: string, message: string) => void said.push(message) };
  const service = await createService(await loadServedModel(path, options), parts);
  const first = service.served;
  const reload = createReloads(service, path, options, { ...parts, log });
  await reload();
  writeFileSync(path, "no model");
  await reload();
  expect(service.served).toBe(first);
  expect(said).toEqual([`${path} is as it was`]);
  expect(parts.errors).toEqual([
    expect.stringMatching(/^the old model stays: .*m\.safetensors is not a model file/),
  ]);
  copyFileSync(other, path);
  await Promise.all([reload(), reload()]);
  expect(said.slice(1)).toEqual([`Serving the new ${path}`, `${path} is as it was`]);
  expect(service.served.model.shape).toEqual([3]);
  service.served.model.dispose();
});

test("a model that cannot be served goes, and none is loaded once the service stops", async () => {
  const path = join(folderWith({}), "m.safetensors");
  const cells = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const columns = ["x", "$ref"].map((name, i) => {
    return { name, kind: "number" as const, cells: cells.map((cell) => cell ** (1 + i)) };
  });
  const refused = await fitTable(
    (sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }),
    { rows: 30, columns },
    { steps: 1 },
  );
  await refused.save(path);
  const parts = appParts();
  const first = servedModel(await gaussian());
  const service = await createService(first, parts);
  let stopping = false;
  const isStopping = () => stopping;
  const reload = createReloads(service, path, { onNotice: () => {} }, { ...parts, isStopping });
  const dispose = vi.spyOn(Model.prototype, "dispose");
  await reload();
  expect(dispose).toHaveBeenCalledTimes(1);
  expect(parts.errors).toEqual([
    expect.stringMatching(/^the old model stays: the model has a column named "\$ref"/),
  ]);
  expect(service.served).toBe(first);
  stopping = true;
  await reload();
  expect(parts.errors).toHaveLength(1);
  dispose.mockRestore();
  first.model.dispose();
  refused.dispose();
});

test("a fingerprint is the sha256 of the file", async () => {
  const path = join(folderWith({}), "m.safetensors");
  await (await gaussian()).save(path);
  const { sha256, file, model } = await loadServedModel(path, { onNotice: () => {} });
  expect(sha256).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
  expect(file).toBe("m.safetensors");
  model.dispose();
});
