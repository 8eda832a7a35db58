/** What PostgreSQL's own parser says about a statement: the reference for summaries. A development-time oracle. */
import { isOrdinaryName, maskName } from '../../../../src/signature/sql/names.js';

const VERBS: Readonly<Record<string, string>> = {
  SelectStmt: 'SELECT',
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
};

interface Table {
  name: string;
  location: number;
}

interface Node {
  [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function collect(value: unknown, tables: Table[], defined: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, tables, defined);
    return;
  }
  if (!isNode(value)) return;
  if (typeof value.ctename === 'string') defined.add(value.ctename);
  if (typeof value.relname === 'string' && typeof value.relpersistence === 'string') {
    const parts = [value.catalogname, value.schemaname, value.relname];
    const name = parts.filter((part) => typeof part === 'string').join('.');
    tables.push({ name, location: typeof value.location === 'number' ? value.location : 0 });
  }
  for (const child of Object.values(value)) collect(child, tables, defined);
}

/**
 * Operation and tables in the order of the text, each once, as a summary writes them: data-like parts of names masked,
 * names that are no ordinary ones left out, at most eight.
 * @param parsed what `parseSync` of libpg-query made of the statement.
 * @returns undefined for statements that are no queries.
 */
export function parsedSummary(parsed: unknown): string | undefined {
  const { stmts } = parsed as { stmts?: { stmt: Node }[] };
  if (stmts?.length !== 1) return undefined;
  const [kind] = Object.keys(stmts[0]?.stmt ?? {});
  const verb = VERBS[kind ?? ''];
  if (verb === undefined) return undefined;
  const tables: Table[] = [];
  const defined = new Set<string>();
  collect(stmts[0]?.stmt, tables, defined);
  const names = tables
    .sort((a, b) => a.location - b.location)
    .filter(({ name }) => !defined.has(name) && name.split('.').every(isOrdinaryName))
    .map(({ name }) => maskName(name));
  return [verb, ...new Set(names)].join(' ');
}
