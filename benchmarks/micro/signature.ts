/**
 * Speed and correctness of signatures beside the peers, in one run: CPU time per statement, best of twelve rounds in
 * turns, and how many statements of the planted-value generator still show a value afterwards.
 * `npm run bench:micro` runs it with the others; alone, after `npm run build:runtime`:
 * `node --expose-gc --import tsx benchmarks/micro/signature.ts`. Peers: `npm install --prefix benchmarks/micro`.
 */
import { createRequire } from 'node:module';
import { allPlanted, findLeak, type Planted } from '../../test/unit/signature/canary/plant.js';

// The compiled output, with the types of its source: type checking must not need a build.
const load = createRequire(import.meta.url);
const { sqlSignature } = load(
  '../../dist/src/signature/index.js',
) as typeof import('../../src/signature/index.js');
const { SignatureTable } = load(
  '../../dist/src/signature/intern.js',
) as typeof import('../../src/signature/intern.js');
const { openStatements } = load(
  '../../dist/src/signature/statements.js',
) as typeof import('../../src/signature/statements.js');
const pg = load('libpg-query') as typeof import('libpg-query');

type Mask = (text: string, dialect: string) => string;

const STATEMENT =
  "SELECT o.id, o.total, c.name, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'shipped' AND o.total > 100.50 AND c.email = 'jane.doe@example.com' AND o.created_at >= '2024-01-01' ORDER BY o.created_at DESC LIMIT 50 OFFSET 100";
const TEXTS = 4000;
const ROUNDS = 12;
const HITS = 10_000_000;
const DIALECT = 'postgresql';

/** Flat strings, as a driver hands them over. */
const flat = (text: string): string => Buffer.from(text).toString('latin1');
const letters = (n: number): string =>
  n.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)));
/** Every text is another, with values of its own. */
const texts = Array.from({ length: TEXTS }, (_, i) =>
  flat(STATEMENT.replace('100.50', String(100_000 + i))),
);
/** … and with a table of its own: nothing like it was seen before. */
const shapes = Array.from({ length: TEXTS }, (_, i) =>
  flat(
    STATEMENT.replace('100.50', String(100_000 + i)).replace('orders o', `orders_${letters(i)} o`),
  ),
);

/** A peer that is not installed is left out. */
function peer<T>(path: string): T | undefined {
  try {
    return load(path) as T;
  } catch {
    console.log(`not installed: ${path.split('/')[0]} (npm install --prefix benchmarks/micro)`);
    return undefined;
  }
}
const newRelic = peer<(text: string, dialect: string) => string>(
  'newrelic/lib/util/sql/obfuscate.js',
);
interface MySql2Utils {
  getQueryText(query: string, format: undefined, values: undefined, mask: true): string;
}
const mysql2 = peer<MySql2Utils>(
  './node_modules/@opentelemetry/instrumentation-mysql2/dist/utils.cjs',
);

/** New Relic's names of dialects; it has none for SQL Server. */
const NEW_RELIC: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  sqlite: 'sqlite',
  'oracle.db': 'oracle',
};

let sink = 0;
const table = new SignatureTable({ openStatements, onEntry: () => undefined });
const known = texts[0] as string;
table.querySignature(known, DIALECT);

interface Row {
  name: string;
  run: (text: string) => void;
  list: readonly string[];
  /** What is searched for planted values; absent = gives no text. */
  mask?: Mask;
  nsPerText?: number;
}

const ours: Mask = (text, dialect) => {
  const { text: signature, summary } = sqlSignature(text, { dialect });
  return `${signature}\n${summary}`;
};
const rows: Row[] = [
  {
    name: 'retrace, new text (text, hash, summary)',
    run: (text) => (sink += sqlSignature(text, { dialect: DIALECT }).text.length),
    list: texts,
    mask: ours,
  },
  {
    name: 'retrace, new text of a new shape',
    run: (text) => (sink += sqlSignature(text, { dialect: DIALECT }).text.length),
    list: shapes,
    mask: ours,
  },
  {
    name: 'retrace, new text to its id, as in an app',
    run: (text) => (sink += table.querySignature(text, DIALECT)),
    list: texts,
  },
  {
    name: 'retrace, cached',
    run: (text) => (sink += table.querySignature(text, DIALECT)),
    list: new Array<string>(200_000).fill(known),
  },
];
if (mysql2 !== undefined) {
  const mask: Mask = (text) => mysql2.getQueryText(text, undefined, undefined, true);
  const run = (text: string): void => void (sink += mask(text, DIALECT).length);
  rows.push({ name: 'OpenTelemetry mysql2 (two patterns)', run, list: texts, mask });
}
if (newRelic !== undefined) {
  const mask: Mask = (text, dialect) => newRelic(text, NEW_RELIC[dialect] ?? 'default');
  const run = (text: string): void => void (sink += mask(text, DIALECT).length);
  rows.push({ name: 'New Relic', run, list: texts, mask });
}
const few = texts.slice(0, 300);
rows.push(
  {
    name: 'libpg-query normalize',
    run: (text) => (sink += pg.normalizeSync(text).length),
    list: few,
    mask: (text, dialect) => (dialect === DIALECT ? pg.normalizeSync(text) : ''),
  },
  {
    name: 'libpg-query fingerprint',
    run: (text) => (sink += pg.fingerprintSync(text).length),
    list: few,
  },
);

function cpuNs(run: (text: string) => void, list: readonly string[]): number {
  const start = process.cpuUsage();
  for (const text of list) run(text);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / list.length;
}

/** Statements that still show a piece of a planted value; what was reduced to a bare `?`; what was refused. */
function judge(mask: Mask, statements: readonly Planted[]): string {
  let leaks = 0;
  let bare = 0;
  let refused = 0;
  let read = 0;
  for (const { text, dialect, values } of statements) {
    let masked: string;
    try {
      masked = mask(text, dialect);
    } catch {
      refused++;
      continue;
    }
    if (masked === '') continue;
    read++;
    if (findLeak(masked, values) !== undefined) leaks++;
    else if (masked.trim().split('\n')[0] === '?') bare++;
  }
  return `${leaks} of ${read}${bare > 0 ? `, ${bare} a bare ?` : ''}${refused > 0 ? `, ${refused} refused` : ''}`;
}

/** Bytes by which the heap grows per cached hit. */
function heapPerHit(): number {
  const gc = globalThis.gc as (() => void) | undefined;
  const hit = (): void => {
    for (let i = 0; i < HITS; i++) sink += table.querySignature(known, DIALECT);
  };
  hit();
  gc?.();
  const before = process.memoryUsage().heapUsed;
  hit();
  return (process.memoryUsage().heapUsed - before) / HITS;
}

async function main(): Promise<void> {
  await pg.loadModule();
  for (let round = 0; round < ROUNDS; round++) {
    for (const row of rows)
      row.nsPerText = Math.min(row.nsPerText ?? Infinity, cpuNs(row.run, row.list));
  }
  const statements = [...allPlanted()];
  console.log(
    `one statement of ${STATEMENT.length} bytes; leaks over the generator's ${statements.length} statements\n`,
  );
  console.log(`${''.padEnd(42)} ${'ns'.padStart(8)} ${'MB/s'.padStart(6)}  leaks`);
  for (const { name, nsPerText = NaN, mask } of rows) {
    const speed = name.endsWith('cached') ? '' : ((STATEMENT.length / nsPerText) * 1000).toFixed(0);
    const leaks = mask === undefined ? '' : judge(mask, statements);
    console.log(
      `${name.padEnd(42)} ${nsPerText.toFixed(nsPerText < 100 ? 1 : 0).padStart(8)} ${speed.padStart(6)}  ${leaks}`,
    );
  }
  console.log(
    `\nheap per cached hit, over ${HITS / 1e6} million: ${Math.max(0, heapPerHit()).toFixed(3)} bytes`,
  );
  if (sink === 0) throw new Error('nothing was measured');
}

void main();
