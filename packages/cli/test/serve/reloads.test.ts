import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createReloads } from "../../src/serve/reloads.ts";
import { loadServedModel } from "../../src/serve/served-model.ts";
import { createService } from "../../src/serve/service.ts";
import { folderWith } from "../images/support.ts";
import { appParts, gaussian } from "./support.ts";

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
  const reload = createReloads(service, path, options, log);
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

test("a fingerprint is the sha256 of the file", async () => {
  const path = join(folderWith({}), "m.safetensors");
  await (await gaussian()).save(path);
  const { sha256, file, model } = await loadServedModel(path, { onNotice: () => {} });
  expect(sha256).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
  expect(file).toBe("m.safetensors");
  model.dispose();
});
