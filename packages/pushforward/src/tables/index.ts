export { isOnGrid, isOutside } from "../core/column.ts";
export type { CellKind, Field, TableSchema } from "../core/table-schema.ts";
export { type ColumnType, parseColumnType } from "./column-type.ts";
export { decodeTable, type Values } from "./decode-table.ts";
export {
  type DescribeOptions,
  describeTable,
  type MissingPolicy,
  type TableDescription,
} from "./describe-table.ts";
export { type EncodedTable, encodeTable, type RowFault } from "./encode-table.ts";
export { type FieldText, fieldTexts } from "./field-text.ts";
export { type FitTableOptions, type FlowSizes, fitTable, flowSizes } from "./fit-table.ts";
export { type Imputation, type ImputeOptions, imputeTable } from "./impute-table.ts";
export { type SampleTableOptions, sampleTable } from "./sample-table.ts";
export { schemaOf } from "./schema-of.ts";
export { type ScorePoint, scorePoints } from "./score-points.ts";
export {
  SCORE_DRAWS,
  type ScoreTableOptions,
  scoreTable,
  type TableScores,
} from "./score-table.ts";
export {
  columnNamed,
  isMissing,
  isText,
  joinTables,
  type NumberColumn,
  selectRows,
  type Table,
  type TableColumn,
  type TextColumn,
} from "./table.ts";
