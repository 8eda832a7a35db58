/**
 * What the scanner must know of a dialect. Deliberately little: wherever two dialects read a text
 * differently and nothing is lost by it, the scanner takes the reading that reveals less for all of them,
 * so that a wrong or missing `db.system.name` cannot open a hole.
 */
export interface Dialect {
  readonly name: string;
  /**
   * `"x"`: `keep` = an identifier by default (masked only where no sane statement has a bare column, see
   * `keepsDoubleQuoted`), `proven` = masked unless its position proves a name, `mask` = always masked.
   */
  readonly doubleQuote: 'keep' | 'proven' | 'mask';
  /** `#`: a comment to the end of the line, the start of a temporary table's name, part of names, or unclear. */
  readonly hash: 'comment' | 'temporary' | 'name' | 'unclear';
  /** `--x` without a space after the dashes is a comment for sure (not so in MySQL). */
  readonly dashComment: boolean;
  /** `[x]`: an identifier, a subscript, or decided by what stands before it. */
  readonly bracket: 'identifier' | 'subscript' | 'unclear';
  /** `q'[it's]'` is a literal. */
  readonly qQuotes: boolean;
  /** `?|` and `?&` are operators. */
  readonly questionOperators: boolean;
  /** EXECUTE runs a prepared statement with arguments in parentheses, not a procedure with bare ones. */
  readonly executesPrepared: boolean;
  /** A block comment without an end runs to the end of the text legally. */
  readonly openComments: boolean;
}

const unknown: Dialect = {
  name: 'other_sql',
  doubleQuote: 'proven',
  hash: 'unclear',
  dashComment: false,
  bracket: 'unclear',
  qQuotes: false,
  questionOperators: true,
  executesPrepared: true,
  openComments: false,
};

const postgresql: Dialect = {
  ...unknown,
  name: 'postgresql',
  doubleQuote: 'keep',
  dashComment: true,
  bracket: 'subscript',
};

const mysql: Dialect = {
  ...unknown,
  name: 'mysql',
  doubleQuote: 'mask',
  hash: 'comment',
  questionOperators: false,
};

const sqlite: Dialect = {
  ...unknown,
  name: 'sqlite',
  dashComment: true,
  bracket: 'identifier',
  questionOperators: false,
  openComments: true,
};

const sqlServer: Dialect = {
  ...unknown,
  name: 'microsoft.sql_server',
  hash: 'temporary',
  dashComment: true,
  bracket: 'identifier',
  questionOperators: false,
  executesPrepared: false,
};

const oracle: Dialect = {
  ...unknown,
  name: 'oracle.db',
  doubleQuote: 'keep',
  hash: 'name',
  dashComment: true,
  bracket: 'unclear',
  qQuotes: true,
  questionOperators: false,
};

/** The dialects that differ, by OpenTelemetry's `db.system.name`. */
export const DIALECT_NAMES: readonly string[] = [
  'postgresql',
  'mysql',
  'mariadb',
  'sqlite',
  'microsoft.sql_server',
  'oracle.db',
];

/** By OpenTelemetry's `db.system.name`, its older `db.system` values and the close relatives. */
const bySystem = new Map<string, Dialect>([
  ['postgresql', postgresql],
  ['cockroachdb', postgresql],
  ['redshift', postgresql],
  ['aws.redshift', postgresql],
  ['mysql', mysql],
  ['mariadb', mysql],
  ['sqlite', sqlite],
  ['microsoft.sql_server', sqlServer],
  ['mssql', sqlServer],
  ['oracle.db', oracle],
  ['oracle', oracle],
]);

/** @param system `db.system.name`; anything unknown or absent gives the unknown dialect. */
export function dialectOf(system: string | undefined): Dialect {
  return (system !== undefined && bySystem.get(system)) || unknown;
}
