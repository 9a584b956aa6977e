/** A part of the library, and the laws' options for it. */
export interface Entry<P, O> {
  readonly build: () => P;
  readonly options?: O;
}
