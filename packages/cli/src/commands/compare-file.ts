import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { DataError } from "pushforward";
import { fieldTexts } from "pushforward/tables";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { writeText } from "../output/output-file.ts";
import { listed, quoted } from "../table/wording.ts";
import { readJson } from "./compare-json.ts";
import { type ComparedSetting, settingText } from "./compare-settings.ts";
import type { Dealing } from "./cross-validation.ts";
import type { FoldResult } from "./cross-validation-scores.ts";
import type { FitData } from "./fit-data.ts";

/** What tells one comparison from another. */
const sameSchema = Type.Object({
  table: Type.String(),
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

/** The results of a comparison, kept in a file if there is one. */
export interface KeptResults {
  readonly results: readonly FoldResult[];
  keep(result: FoldResult): Promise<void>;
}

/**
 * Opens the file of a comparison: what is finished in it need not be done again. Each new result is written at once;
 * the file is there whole, before and after. Results of settings that this comparison lacks stay in it.
 *
 * @throws DataError when the file is none of a comparison, or of one with another table, other folds, another seed, or
 * other settings of the same name.
 */
export async function openComparison(
  path: string | undefined,
  data: FitData,
  dealing: Dealing,
  settings: readonly ComparedSetting[],
): Promise<KeptResults> {
  const same = identity(data, dealing);
  const found = path === undefined ? null : await readComparison(path);
  if (path !== undefined && found) refuseOther(path, found, same, settings);
  const before = found?.settings ?? [];
  const added = settings.filter(({ name }) => before.every((each) => each.name !== name));
  const results: FoldResult[] = [...(found?.results ?? [])];
  return {
    results,
    async keep(result) {
      results.push(result);
      if (path === undefined) return;
      const file = { comparison: 1, ...same, settings: [...before, ...added], results };
      await writeText(path, [`${JSON.stringify(file, null, 1)}\n`]);
    },
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
  return { table: source, rows, columns: texts, sha256: hash.digest("hex"), folds, seed };
}

async function readComparison(path: string): Promise<Static<typeof fileSchema> | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return null;
  const value = await readJson(path).catch(() => null);
  if (Value.Check(fileSchema, value)) return value;
  throw new DataError(`${path}: is there and holds no comparison; name another file with --out`);
}

function refuseOther(
  path: string,
  found: Static<typeof fileSchema>,
  same: Same,
  settings: readonly ComparedSetting[],
): void {
  const differs = [
    ...difference("--folds", found.folds, same.folds),
    ...difference("--seed", found.seed, same.seed),
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

/** The seed decides what stands in for missing cells, too: values are compared where it is the same. */
function tableDifference(found: Same, same: Same): string[] {
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
  return all.length > 0 || found.seed !== same.seed ? all : ["the table has other values"];
}
