import { DataError, DomainError, flows } from "pushforward";
import { readJson } from "../files/read-json.ts";
import { type FlowSizes, refuseUselessSizes } from "../options/flow-sizes.ts";
import { given } from "../options/given.ts";
import { notNegative, positive, wholeNumber, widths } from "../options/parsers.ts";
import { didYouMean } from "../table/nearest-name.ts";
import { quoted } from "../table/wording.ts";
import { givenTraining, type TrainingOptions } from "./fit-settings.ts";

/** Densities without settings, which are always among those that are compared. */
export const baselines = ["gaussian", "mixture"] as const;

type Baseline = (typeof baselines)[number];
type FlowName = keyof typeof flows;

/** One of the densities that are compared: a kind with what was asked of it. */
export interface ComparedSetting extends FlowSizes, Omit<TrainingOptions, "seed"> {
  name: string;
  flow: FlowName | Baseline;
}

/** A setting that trains a flow. */
export type FlowSetting = ComparedSetting & { flow: FlowName };

/** Where settings come from: names on the command line, a file, and what holds for all flows. */
export interface SettingsOptions extends Omit<TrainingOptions, "seed"> {
  flows?: string;
  settings?: string;
}

const DEFAULT_FLOWS = "nsf,maf,realnvp";

/** Longer names leave no room for figures. */
const LONGEST_NAME = 60;

/** How the text of each option is read. */
const readers = {
  layers: wholeNumber(1),
  hidden: (text: string) => widths(text.replaceAll("x", ",")),
  bins: wholeNumber(2),
  steps: wholeNumber(1),
  batchSize: wholeNumber(1),
  learningRate: positive,
  weightDecay: notNegative,
} as const;

type Refuse = (what: string) => Error;

/**
 * Reads what is to be compared: `--flows nsf,maf:layers=3,hidden=64x64` and the list in a JSON file,
 * `[{ "name": "wide", "flow": "nsf", "hidden": [128, 128] }]`. The baselines come first, unless columns are given.
 *
 * @throws DomainError, DataError for names that are no flows, settings that a flow has no use for, and equal names.
 */
export async function readSettings(
  options: SettingsOptions,
  conditional: boolean,
): Promise<ComparedSetting[]> {
  const { flows: names, settings: file } = options;
  const asked = [
    ...(names === undefined && file !== undefined ? [] : parseFlows(names ?? DEFAULT_FLOWS)),
    ...(file === undefined ? [] : await readFile(file)),
  ];
  if (conditional) refuseBaselines(asked);
  const repeated = asked.find(({ name }, at) => asked.findIndex((one) => one.name === name) < at);
  if (repeated) {
    throw new DomainError(
      `two settings are named ${quoted(repeated.name)}; leave one out, or give it another "name" in --settings`,
    );
  }
  const common = givenTraining({ ...options, seed: 0 });
  delete common.seed;
  const trained = asked.filter(isFlow).map((setting) => inOrder({ ...common, ...setting }));
  const plain = baselines.map((name) => ({ name, flow: name }));
  return [...(conditional ? [] : plain), ...trained];
}

/** Whether a setting trains a flow, and is no baseline. */
export function isFlow(setting: ComparedSetting): setting is FlowSetting {
  return !isBaseline(setting.flow);
}

const isBaseline = (name: string): name is Baseline => baselines.some((each) => each === name);

function refuseBaselines(asked: readonly ComparedSetting[]): void {
  const baseline = asked.find((setting) => !isFlow(setting));
  if (!baseline) return;
  throw new DomainError(
    `${baseline.flow}: is no density given other columns; leave it out, or leave out --given`,
  );
}

/** Parts with `=` belong to the name before them. */
function parseFlows(text: string): ComparedSetting[] {
  const refuse: Refuse = (what) => new DomainError(`--flows: ${what}`);
  const items: string[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    const goesOn = items.length > 0 && /^[\w-]+\s*=/.test(part);
    if (goesOn) items.push(`${items.pop()},${part}`);
    else items.push(part);
  }
  return items.map((item) => {
    const colon = item.indexOf(":");
    const flow = colon < 0 ? item : item.slice(0, colon);
    const pairs = colon < 0 ? [] : item.slice(colon + 1).split(",");
    const named = pairs.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals > 0) return [pair.slice(0, equals).trim(), pair.slice(equals + 1)];
      throw refuse(`${quoted(item)}: write settings as nsf:layers=3,hidden=64x64`);
    });
    return readSetting({ ...Object.fromEntries(named), name: item, flow }, refuse);
  });
}

async function readFile(path: string): Promise<ComparedSetting[]> {
  const refuse: Refuse = (what) => new DataError(`${path}: ${what}`);
  const list = await readJson(path);
  if (!Array.isArray(list) || list.length === 0) {
    throw refuse('holds no settings; write a list: [{ "name": "wide", "flow": "nsf" }]');
  }
  return list.map((entry: unknown, index) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      throw refuse(`entry ${index + 1} is no object such as { "flow": "nsf", "layers": 3 }`);
    }
    return readSetting({ ...entry }, (what) => refuse(`entry ${index + 1}: ${what}`));
  });
}

function readSetting(values: Record<string, unknown>, refuse: Refuse): ComparedSetting {
  const { flow, name = flow, ...rest } = values;
  if (typeof flow !== "string" || !(isBaseline(flow) || Object.hasOwn(flows, flow))) {
    const [asked, known] = [String(flow), [...Object.keys(flows), ...baselines]];
    throw refuse(
      `there is no flow ${quoted(asked)}${didYouMean(asked, known)}; take some of ${known.join(", ")}`,
    );
  }
  if (
    typeof name !== "string" ||
    name.length > LONGEST_NAME ||
    !/^[^\p{C}]*\S[^\p{C}]*$/u.test(name)
  ) {
    throw refuse(`a "name" is text of at most ${LONGEST_NAME} characters, on one line`);
  }
  const options = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => readOption(name, key, value, refuse)),
  );
  const setting: ComparedSetting = { name, flow: flow as ComparedSetting["flow"], ...options };
  if (isFlow(setting)) refuseSizes(setting, refuse);
  else if (isBaseline(name) && Object.keys(options).length === 0) return setting;
  else throw refuse(`${quoted(name)}: ${flow} has no settings and no other name`);
  return setting;
}

function readOption(name: string, key: string, value: unknown, refuse: Refuse) {
  const option = key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (!Object.hasOwn(readers, option)) {
    throw refuse(
      `${quoted(name)}: there is no setting ${quoted(key)}; take some of ${Object.keys(readers).join(", ")}`,
    );
  }
  try {
    return [option, readers[option as keyof typeof readers](String(value))];
  } catch (error) {
    throw refuse(
      `${quoted(name)}: ${key} is ${quoted(String(value))}. ${(error as Error).message}`,
    );
  }
}

/** Options in one order, so that equal settings are equal as text. */
function inOrder({ name, flow, ...options }: FlowSetting): FlowSetting {
  const names = Object.keys(readers) as (keyof typeof readers)[];
  const sorted = Object.fromEntries(names.map((key) => [key, options[key]]));
  return { name, flow, ...given(sorted) };
}

function refuseSizes(setting: FlowSetting, refuse: Refuse): void {
  try {
    refuseUselessSizes(setting.flow, setting, flows[setting.flow].defaults);
  } catch (error) {
    throw refuse(`${quoted(setting.name)}: ${(error as Error).message}`);
  }
}

/** What a setting asks for, in words: `nsf, layers 3, hidden 64,64`. */
export function settingText({ name: _, flow, ...options }: ComparedSetting): string {
  const facts = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return [flow, ...facts].join(", ");
}
