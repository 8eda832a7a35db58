/** The members of node-postgres that we read; checked against pg 8.0 to 8.23. */

export interface ClientLike {
  readonly database?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  /** Class of the promises that it returns. */
  readonly _Promise?: unknown;
  readonly connection?: { readonly parsedStatements?: Record<string, unknown> } | null;
}

/** Anything that may be handed to `client.query` as its first argument. */
export interface QueryArgument {
  readonly text?: unknown;
  readonly name?: unknown;
  readonly submit?: unknown;
  readonly callback?: unknown;
  /** pg-query-stream keeps its text in the cursor that it drives. */
  readonly cursor?: { readonly text?: unknown } | null;
}
