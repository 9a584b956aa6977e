/** Why a table cannot be read, for people. */
export class TableError extends Error {}
