/** Why a request gets no answer but an error. */
export class RequestError extends Error {
  readonly status: number;
  /** For programs: stays the same when the message changes. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
