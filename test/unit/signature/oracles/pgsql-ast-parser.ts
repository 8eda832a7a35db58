import type * as Parser from 'pgsql-ast-parser';

/** What a parser knows better than the scanner: which names are tables, and which statement matters. */
export interface RefinedSummary {
  operation: string;
  collection: string;
  summary: string;
}

/** Longer signatures are not parsed: 1.4 ms for 260 bytes, growing with the length. */
const MAX_TEXT_CHARS = 2048;
const MAX_SUMMARY_CHARS = 255;
/** A table that the parser may name: what the signature itself contains. */
const NAME = /^[\p{L}\p{M}_][\p{L}\p{M}0-9_$.]*$/u;
const VERBS: Readonly<Record<string, string>> = {
  select: 'SELECT',
  union: 'SELECT',
  'union all': 'SELECT',
  values: 'VALUES',
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
};

let parser: typeof Parser | undefined | null;

function loadParser(): typeof Parser | null {
  if (parser === undefined) {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily, and absent is no error
      parser = require('pgsql-ast-parser') as typeof Parser;
    } catch {
      parser = null;
    }
  }
  return parser ?? null;
}

/** The statement below WITH, and the names WITH defines. */
function unwrap(statement: Parser.Statement, defined: Set<string>): Parser.Statement {
  if (statement.type === 'with') {
    for (const { alias } of statement.bind) defined.add(alias.name);
    return unwrap(statement.in, defined);
  }
  if (statement.type === 'with recursive') {
    defined.add(statement.alias.name);
    return unwrap(statement.in, defined);
  }
  return statement;
}

/**
 * Operation and tables of a signature as PostgreSQL's grammar sees them: no CTEs, no functions, tables in the order of
 * the statement. Works on the signature. Total.
 *
 * @param text a signature: `SELECT a FROM t WHERE b = ?`.
 * @param system `db.system.name`; only PostgreSQL's relatives are parsed.
 * @returns undefined when the parser cannot read it: the scanner's summary stands.
 */
export function refineSummary(text: string, system: string): RefinedSummary | undefined {
  if (
    text.length > MAX_TEXT_CHARS ||
    !/^(?:postgresql|cockroachdb|aws\.redshift|redshift|)$/.test(system)
  ) {
    return undefined;
  }
  try {
    const sql = loadParser();
    if (sql === null) return undefined;
    const [first, ...others] = sql.parse(numberMarks(text));
    if (first === undefined || others.length > 0) return undefined;
    const defined = new Set<string>();
    const statement = unwrap(first, defined);
    const operation = VERBS[statement.type];
    if (operation === undefined) return undefined;
    const tables: string[] = [];
    const note = (name: { name: string; schema?: string }): void => {
      if (name.schema === undefined && defined.has(name.name)) return;
      const full = name.schema === undefined ? name.name : `${name.schema}.${name.name}`;
      if (NAME.test(full) && !tables.includes(full)) tables.push(full);
    };
    sql
      .astVisitor((visitor) => ({
        tableRef: (table) => note(table),
        insert: (insert) => {
          note(insert.into);
          visitor.super().insert(insert);
        },
        with: (value) => {
          for (const { alias } of value.bind) defined.add(alias.name);
          visitor.super().with(value);
        },
      }))
      .statement(first);
    let summary = operation;
    for (const table of tables) {
      if (summary.length + table.length + 1 > MAX_SUMMARY_CHARS) break;
      summary += ` ${table}`;
    }
    return { operation, collection: tables[0] ?? '', summary };
  } catch {
    return undefined;
  }
}

/** The parser knows parameters as $1; a mark within a name (`tenant_?`) is none, and such a text is left alone. */
function numberMarks(text: string): string {
  if (/[\w"]\?|\?[\w"]/.test(text)) throw new Error('masked name');
  return text.replace(/\?/g, '$1');
}
