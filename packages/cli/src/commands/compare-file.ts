import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { DataError } from "pushforward";
import { fieldTexts } from "pushforward/tables";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { readJson } from "../files/read-json.ts";
import { writeText } from "../output/output-file.ts";
import { packageVersion } from "../package-version.ts";
import { listed, quoted } from "../table/wording.ts";
import { type ComparedSetting, settingText } from "./compare-settings.ts";
import type { Dealing } from "./cross-validation.ts";
import type { FoldResult } from "./cross-validation-scores.ts";
import type { FitData } from "./fit-data.ts";

/** What tells one comparison from another. */
const sameSchema = Type.Object({
  table: Type.String(),
  version: Type.String(),
  rows: Type.Integer(),
  columns: Type.Array(Type.Object({ name: Type.String(), text: Type.String() })),
  sha256: Type.String(),
  folds: Type.Integer(),
  seed: Type.Integer(),
});

const positionSchema = { name: Type.String(), fold: Type.Integer({ minimum: 1 }) };

const fileSchema = Type.Object({
  comparison: Type.Literal(1),
  ...sameSchema.properties,
  settings: Type.Array(Type.Object({ name: Type.String(), flow: Type.String() })),
  results: Type.Array(
    Type.Union([
      Type.Object({ ...positionSchema, failure: Type.String() }),
      Type.Object({
        ...positionSchema,
        rows: Type.Integer({ minimum: 1 }),
        logLikelihood: Type.Number(),
        parameters: Type.Integer(),
        steps: Type.Integer(),
        seconds: Type.Number(),
      }),
    ]),
  ),
});

type Same = Static<typeof sameSchema>;

type Found = Static<typeof fileSchema>;

/** What goes into a file. */
interface Contents extends Same {
  comparison: 1;
  settings: readonly { name: string; flow: string }[];
  results: readonly FoldResult[];
}

/** The results of a comparison, kept in a file if there is one. */
export interface KeptResults {
  readonly results: readonly FoldResult[];
  keep(result: FoldResult): Promise<void>;
}

/**
 * Opens the file of a comparison: what is finished in it need not be done again; what failed is tried again. Each new
 * result is written at once, beside all that is in the file by then: two runs may share it, and results of settings
 * that this comparison lacks stay. The file is there whole, before and after.
 *
 * @throws DataError when the file is none of a comparison, or of one with another table, other folds, another seed,
 * another version of pushforward, or other settings of the same name; `keep` rejects for the same reasons.
 */
export async function openComparison(
  path: string | undefined,
  data: FitData,
  dealing: Dealing,
  settings: readonly ComparedSetting[],
): Promise<KeptResults> {
  const same = identity(data, dealing);
  const read = async (from: string) => {
    const found = await readComparison(from);
    if (found) refuseOther(from, found, same, settings);
    return found;
  };
  const found = path === undefined ? null : await read(path);
  const isOwn = (name: string) => settings.some((one) => one.name === name);
  const results: FoldResult[] = (found?.results ?? []).filter(
    (one) => isOwn(one.name) && !("failure" in one),
  );
  return {
    results,
    async keep(result) {
      results.push(result);
      if (path === undefined) return;
      const file = merged(await read(path), { comparison: 1, ...same, settings, results });
      await writeText(path, [`${JSON.stringify(file, null, 1)}\n`]);
    },
  };
}

/** What is in a file, renewed by what this run knows. */
function merged(found: Found | null, own: Contents): Contents {
  if (!found) return own;
  const settings = found.settings.filter(
    ({ name }) => !own.settings.some((one) => one.name === name),
  );
  const results = found.results.filter(
    ({ name, fold }) => !own.results.some((one) => one.name === name && one.fold === fold),
  );
  return {
    ...own,
    settings: [...settings, ...own.settings],
    results: [...results, ...own.results],
  };
}

function identity(data: FitData, { folds, seed }: Dealing): Same {
  const { source, rows, schema, columns, encoded } = data;
  const hash = createHash("sha256")
    .update(JSON.stringify([schema, columns]))
    .update(encoded.data);
  if (encoded.context) hash.update(encoded.context.data);
  const texts = fieldTexts(schema, columns).map(({ name, text, given }) => ({
    name,
    text: given ? `${text}, given` : text,
  }));
  const sha256 = hash.digest("hex");
  return { table: source, version: packageVersion(), rows, columns: texts, sha256, folds, seed };
}

async function readComparison(path: string): Promise<Found | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return null;
  const value = await readJson(path).catch(() => null);
  if (Value.Check(fileSchema, value)) return value;
  throw new DataError(`${path}: is there and holds no comparison; name another file with --out`);
}

function refuseOther(
  path: string,
  found: Found,
  same: Same,
  settings: readonly ComparedSetting[],
): void {
  const differs = [
    ...difference("--folds", found.folds, same.folds),
    ...difference("--seed", found.seed, same.seed),
    ...difference("version", found.version, same.version),
    ...tableDifference(found, same),
  ];
  if (differs.length > 0) {
    throw new DataError(
      `${path}: holds another comparison (${differs.join("; ")}); repeat its options, or name another --out`,
    );
  }
  for (const setting of settings) {
    const before = found.settings.find(({ name }) => name === setting.name) as ComparedSetting;
    if (!before || settingText(before) === settingText(setting)) continue;
    throw new DataError(
      `${path}: ${quoted(setting.name)} is ${settingText(before)} there, and ${settingText(setting)} here; give it ` +
        "another name in --settings, or name another --out",
    );
  }
}

const difference = (what: string, there: string | number, here: string | number): string[] =>
  there === here ? [] : [`${what} ${there} there, ${here} here`];

/**
 * The seed decides what stands in for missing cells, too, and the version how columns are described: values are
 * compared where both are the same.
 */
function tableDifference(found: Found, same: Same): string[] {
  if (found.sha256 === same.sha256) return [];
  const rows = difference("rows", found.rows, same.rows);
  const texts = new Map(found.columns.map(({ name, text }) => [name, text]));
  const names = (columns: Same["columns"]) => listed(columns.map(({ name }) => name));
  const columns = difference("columns", names(found.columns), names(same.columns));
  const changed = same.columns.find(({ name, text }) => texts.get(name) !== text);
  const types =
    changed && columns.length === 0
      ? difference(quoted(changed.name), texts.get(changed.name) ?? "", changed.text)
      : [];
  const all = [...rows, ...columns, ...types];
  const isReadAlike = found.seed === same.seed && found.version === same.version;
  return all.length > 0 || !isReadAlike ? all : ["the table has other values"];
}
