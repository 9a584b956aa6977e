import { checkCount } from "../core/check-number.ts";
import { DataError } from "../core/errors.ts";
import {
  contextNumbers,
  countNumbers,
  eventNumbers,
  type Field,
  type TableSchema,
} from "../core/table-schema.ts";
import type { Model } from "../model/model.ts";
import { type HostRandom, hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import {
  cumulative,
  type Kernels,
  neighbourKernels,
  type ProposalSpace,
  type Proposals,
  particleKernels,
  proposalSpace,
  propose,
} from "./conditional-draws.ts";
import { decodeTable } from "./decode-table.ts";
import { encodeTable } from "./encode-table.ts";
import { schemaOf } from "./schema-of.ts";
import { isMissing, isText, selectRows, type Table, type TableColumn } from "./table.ts";

export interface ImputeOptions {
  /** Default 0. */
  seed?: number | undefined;
  /** Completed copies of the table; default 1. */
  draws?: number | undefined;
  /** Called with the number of rows done. */
  onProgress?: ((done: number, of: number) => void) | undefined;
}

export interface Imputation {
  /** Completed copies of the table: draws of what the missing cells may have been. */
  readonly tables: readonly Table[];
  /**
   * By row: how many independent draws the weighted candidates are worth; below some ten, do not trust the row. 0: no
   * candidate has any density.
   */
  readonly effectiveSizes: ReadonlyMap<number, number>;
}

/** Draws of the model that proposals start from. */
const POOL = 4096;
/** Where each row has a context of its own. */
const POOL_OF_ONE = 1024;

/** Contexts whose pools are kept, for rows that have the same. */
const MOST_SPACES = 64;

/** Candidates for the missing numbers of a row, in each of two rounds. */
const CANDIDATES = 512;

/** Rows whose candidates are scored at once. */
const ROWS_AT_ONCE = 32;

/**
 * Fill the missing cells of a table with draws from their conditional distribution given the cells that are there, by
 * sampling-importance-resampling (Rubin 1988): candidates near the model's own draws, weighed by the model's density
 * over that of the proposal, once more around the best of them, and drawn by their weights.
 *
 * Where the model knows of missing cells, candidates are what the cell would be if it were not missing.
 *
 * @throws DomainError for draws that are no whole number above 0; DataError when a column that the model is conditioned on lacks a cell, or a value is none that the model knows.
 */
export async function imputeTable(
  model: Model,
  table: Table,
  { seed = 0, draws = 1, onProgress }: ImputeOptions = {},
): Promise<Imputation> {
  const schema = schemaOf("imputeTable", model);
  const incomplete = rowsWithGaps(schema, table);
  const effectiveSizes = new Map<number, number>();
  const events: Float64Array[] = [];
  const random = hostRandom(seed, streams.imputation);
  checkCount("imputeTable", "draws", draws);
  const part = selectRows(table, incomplete);
  const gaps = gapsOf(schema, part, incomplete);
  const contexts = contextsOf(model, schema, part, incomplete);
  const spaces = new Map<string, ProposalSpace>();
  for (let begin = 0; begin < incomplete.length; begin += ROWS_AT_ONCE) {
    const jobs: Job[] = [];
    for (let i = begin; i < Math.min(begin + ROWS_AT_ONCE, incomplete.length); i++) {
      const context = contexts?.[i];
      const key = context?.join() ?? "";
      const space = spaces.get(key) ?? (await spaceOf(model, context, seed));
      if (spaces.size < MOST_SPACES) spaces.set(key, space);
      jobs.push({ ...(gaps[i] as Gaps), context, space });
    }
    for (const [place, found] of (await drawAll(model, jobs, draws, random)).entries()) {
      effectiveSizes.set(incomplete[begin + place] as number, found.effectiveSize);
      events.push(found.events);
    }
    onProgress?.(Math.min(begin + ROWS_AT_ONCE, incomplete.length), incomplete.length);
  }
  const tables = Array.from({ length: draws }, (_, draw) => {
    const width = model.columns.length;
    const data = new Float64Array(events.length * width);
    events.forEach((own, i) => {
      data.set(own.subarray(draw * width, (draw + 1) * width), i * width);
    });
    neverMissing(schema, data, width);
    return completed(table, incomplete, decodeTable({ ...schema, given: [] }, model.columns, data));
  });
  return { tables, effectiveSizes };
}

/** The numbers of an event that are there, and which are not. */
interface Gaps {
  readonly event: Float64Array;
  readonly missing: readonly number[];
}

interface Job extends Gaps {
  readonly context: Float64Array | undefined;
  readonly space: ProposalSpace;
}

function rowsWithGaps({ fields }: TableSchema, table: Table): number[] {
  const names = new Set(fields.filter(({ type }) => type !== "constant").map(({ name }) => name));
  const columns = table.columns.filter(({ name }) => names.has(name));
  return Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    columns.some((column) => isMissing(column, row)),
  );
}

/** Encodes rows field by field, so that a missing cell is a gap and no fault. */
function gapsOf(schema: TableSchema, table: Table, places: readonly number[]): Gaps[] {
  const width = countNumbers(schema.fields, eventNumbers);
  const gaps = Array.from({ length: table.rows }, () => ({
    event: new Float64Array(width),
    missing: [] as number[],
  }));
  let place = 0;
  for (const field of schema.fields) {
    const size = eventNumbers(field);
    const only = { fields: [field], given: [] };
    const own =
      field.type === "number" ? { ...field, standIn: undefined, missingWith: undefined } : field;
    const column = table.columns.find(({ name }) => name === field.name);
    const { data, faults } = encodeTable({ ...only, fields: [own as typeof field] }, [], table);
    const numbers = eventNumbers(own as typeof field);
    gaps.forEach((gap, row) => {
      const fault = faults.get(row);
      if (fault?.kind === "unseen") {
        throw new DataError(
          `row ${(places[row] as number) + 1}, column ${JSON.stringify(field.name)}: ${JSON.stringify(fault.value)} is a value that the ` +
            "model has never seen.",
        );
      }
      if (field.type === "constant") return;
      if (column && !isMissing(column, row)) {
        gap.event.set(data.subarray(row * numbers, (row + 1) * numbers), place);
        return;
      }
      gap.missing.push(...openNumbers(field).map((index) => place + index));
    });
    place += size;
  }
  return gaps;
}

/** The numbers of a missing cell that are to be drawn: not those that say that it is missing. */
function openNumbers(field: Field): number[] {
  if (field.type === "number") return [0];
  const known = knownCategories(field);
  if (eventNumbers(field) === 1) return known.length === 2 ? [0] : [];
  return known;
}

/** The numbers of those values of a field that are not missing. */
function knownCategories(field: Field): number[] {
  if (field.type !== "category") return [];
  return field.values.flatMap((value, index) => (value === null ? [] : [index]));
}

/** Categories for "missing" must not be the largest when the drawn events are decoded. */
function neverMissing({ fields }: TableSchema, data: Float64Array, width: number): void {
  let place = 0;
  for (const field of fields) {
    const isNone = field.type === "category" ? field.values.indexOf(null) : -1;
    const index = place + (eventNumbers(field) === 1 ? 0 : isNone);
    if (isNone >= 0) for (let i = index; i < data.length; i += width) data[i] = -1;
    place += eventNumbers(field);
  }
}

function contextsOf(
  model: Model,
  schema: TableSchema,
  table: Table,
  places: readonly number[],
): Float64Array[] | undefined {
  if (schema.given.length === 0) return undefined;
  const { context, faults } = encodeTable(
    { fields: [], given: schema.given },
    model.columns,
    table,
  );
  for (const [row, { column, value }] of faults) {
    throw new DataError(
      `row ${(places[row] as number) + 1}: the model is conditioned on ${JSON.stringify(column)}, which ` +
        `${value === null ? "is missing there" : `was never ${JSON.stringify(value)}`}; leave the row out.`,
    );
  }
  const width = countNumbers(schema.given, contextNumbers);
  return Array.from({ length: table.rows }, (_, row) =>
    (context?.data ?? new Float64Array()).slice(row * width, (row + 1) * width),
  );
}

async function spaceOf(model: Model, context: Float64Array | undefined, seed: number) {
  const { data } = await model.sample(context ? POOL_OF_ONE : POOL, {
    seed,
    snapped: false,
    ...(context && { context: [context] }),
  });
  return proposalSpace(data, model.columns);
}

interface Drawn {
  /** One whole event for each completed copy. */
  readonly events: Float64Array;
  readonly effectiveSize: number;
}

async function drawAll(
  model: Model,
  jobs: readonly Job[],
  draws: number,
  random: HostRandom,
): Promise<Drawn[]> {
  const start = jobs.map(({ space, event, missing }) => neighbourKernels(space, event, missing));
  const first = await weigh(model, jobs, start, random);
  const around = jobs.map(({ space, missing }, i) => {
    const { proposals, weights } = first[i] as Weighed;
    return particleKernels(space, proposals, weights, missing, random);
  });
  const second = await weigh(model, jobs, around, random);
  return second.map(({ proposals, weights }, i) => {
    const { missing } = jobs[i] as Job;
    const width = model.columns.length;
    const place = cumulative(weights);
    const events = new Float64Array(draws * width);
    for (let draw = 0; draw < draws; draw++) {
      const chosen = missing.length > 0 ? place(random.uniform()) : 0;
      events.set(proposals.events.subarray(chosen * width, (chosen + 1) * width), draw * width);
    }
    const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
    return { events, effectiveSize: (second[i] as Weighed).isPossible ? 1 / squares : 0 };
  });
}

interface Weighed {
  /** Whether any of them has a density. */
  readonly isPossible: boolean;
  readonly proposals: Proposals;
  /** Sum to 1. */
  readonly weights: Float64Array;
}

async function weigh(
  model: Model,
  jobs: readonly Job[],
  kernels: readonly Kernels[],
  random: HostRandom,
): Promise<Weighed[]> {
  const width = model.columns.length;
  const proposals = jobs.map(({ space, event, missing }, i) =>
    propose(space, event, missing, kernels[i] as Kernels, CANDIDATES, random),
  );
  const data = new Float64Array(jobs.length * CANDIDATES * width);
  proposals.forEach(({ events }, i) => {
    data.set(events, i * CANDIDATES * width);
  });
  const contexts = jobs.flatMap(({ context }) =>
    context ? new Array<Float64Array>(CANDIDATES).fill(context) : [],
  );
  const scores = await model.logProb(
    { data, shape: [data.length / width, width] },
    contexts.length > 0 ? { context: contexts } : {},
  );
  return proposals.map((own, i) => {
    const from = i * CANDIDATES;
    const logs = own.logProposal.map((value, k) => {
      const weight = (scores[from + k] as number) - value;
      return Number.isNaN(weight) ? -Infinity : weight;
    });
    const peak = Math.max(...logs);
    const raw = logs.map((value) => (peak === -Infinity ? 1 : Math.exp(value - peak)));
    const total = raw.reduce((sum, value) => sum + value, 0);
    const weights = raw.map((value) => value / total);
    return { proposals: own, weights, isPossible: peak > -Infinity };
  });
}

/** The table with its gaps filled from the rows that were drawn for it. */
function completed(table: Table, incomplete: readonly number[], drawn: Table): Table {
  return {
    rows: table.rows,
    columns: table.columns.map((column): TableColumn => {
      const source = drawn.columns.find(({ name }) => name === column.name);
      if (!source) return column;
      if (isText(column)) {
        const cells = [...column.cells];
        incomplete.forEach((row, i) => {
          cells[row] ??= String(source.cells[i]);
        });
        return { ...column, cells };
      }
      const cells = column.cells.slice();
      incomplete.forEach((row, i) => {
        if (Number.isNaN(cells[row])) cells[row] = source.cells[i] as number;
      });
      return { ...column, cells };
    }),
  };
}
