/**
 * The errors that pushforward throws on purpose. Each has a `code` for programs and a message for
 * people: who complains, what it got, what it expected, and the way out.
 */
export type ErrorCode =
  | "shape"
  | "condition"
  | "domain"
  | "inverse-unavailable"
  | "data"
  | "model-file"
  | "not-finite"
  | "solver"
  | "engine";

/** Base class of all errors below: `error instanceof PushforwardError` separates them from bugs. */
export class PushforwardError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An array has the wrong shape. */
export class ShapeError extends PushforwardError {
  constructor(message: string) {
    super("shape", message);
  }
}

/** A context was expected and is missing, or was given where none is taken. */
export class ConditionError extends PushforwardError {
  constructor(message: string) {
    super("condition", message);
  }
}

/** A setting or an input lies outside the values that are allowed. */
export class DomainError extends PushforwardError {
  constructor(message: string) {
    super("domain", message);
  }
}

/** A bijector cannot be evaluated in the direction asked for. */
export class InverseUnavailableError extends PushforwardError {
  constructor(message: string) {
    super("inverse-unavailable", message);
  }
}

/** A table cannot be used: empty, not numeric, not finite, constant columns, too few rows. */
export class DataError extends PushforwardError {
  /** Name of the column at fault, if it is one and has a name. */
  readonly column: string | undefined;

  constructor(message: string, { column, ...options }: ErrorOptions & { column?: string } = {}) {
    super("data", message, options);
    this.column = column;
  }
}

/** A model file cannot be read: truncated, foreign, or written by a newer version. */
export class ModelFileError extends PushforwardError {
  constructor(message: string, options?: ErrorOptions) {
    super("model-file", message, options);
  }
}

/** A loss or gradient stayed NaN or infinite. */
export class NotFiniteError extends PushforwardError {
  constructor(message: string) {
    super("not-finite", message);
  }
}

/** An ODE solver or an iteration did not come to its end. */
export class SolverError extends PushforwardError {
  /** The row that it was at, counted from 0. */
  readonly row: number;
  /** The message without the row. */
  readonly reason: string;

  constructor(row: number, reason: string) {
    super("solver", `row ${row}: ${reason}`);
    this.row = row;
    this.reason = reason;
  }

  /** The same of a row counted from another start. */
  after(rows: number): SolverError {
    return new SolverError(this.row + rows, this.reason);
  }
}

/** A program cannot be built or run by the engine asked for. */
export class EngineError extends PushforwardError {
  constructor(message: string, options?: ErrorOptions) {
    super("engine", message, options);
  }
}
