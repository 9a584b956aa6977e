import type { Column } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { contextNumbers, countNumbers, type TableSchema } from "../core/table-schema.ts";
import { fit } from "../fit.ts";
import type { Model } from "../model/model.ts";
import type { FitOptions } from "../training/options.ts";
import { type DescribeOptions, describeTable } from "./describe-table.ts";
import { encodeTable } from "./encode-table.ts";
import type { Table } from "./table.ts";

/** What a flow of a table is built with: numbers of an event, and of its context if columns are given. */
export interface FlowSizes {
  features: number;
  context?: number;
}

export type FitTableOptions = DescribeOptions &
  Omit<FitOptions, "columns" | "context" | "table" | "validation" | "validationContext"> & {
    /** Share of the rows held out for validation; default 0.1. */
    validation?: number | undefined;
  };

/**
 * Fit a flow to a table: find out what its columns are, make numbers of them, and fit.
 *
 * ```ts
 * const model = await fitTable((sizes) => nsf(sizes), table, { missing: "model" });
 * const synthetic = await sampleTable(model, 1000);
 * ```
 *
 * @param build builds the flow of the sizes that the columns need.
 * @throws (rejects with) the errors of {@link describeTable} and `fit`.
 */
export async function fitTable(
  build: (sizes: FlowSizes) => Distribution,
  table: Table,
  options: FitTableOptions = {},
): Promise<Model> {
  const { types, given, missing, dropDependent, ...training } = options;
  const described = describeTable(table, { types, given, missing, dropDependent });
  const { schema, columns, notices } = described;
  for (const message of notices) training.onProgress?.({ type: "notice", message });
  const { data, shape, context } = encodeTable(schema, columns, described.table, training.seed);
  return fit(
    build(flowSizes(schema, columns)),
    { data, shape },
    { ...training, columns, context, table: schema, dequantize: "none" },
  );
}

/** The sizes of a flow for a table. */
export function flowSizes({ given }: TableSchema, columns: readonly Column[]): FlowSizes {
  const context = countNumbers(given, contextNumbers);
  return { features: columns.length, ...(context > 0 && { context }) };
}
