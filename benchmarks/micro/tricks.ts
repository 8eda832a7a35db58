/**
 * What each trick of the signature engine gains: the compiled engine beside a copy of itself without the trick, in
 * turns. A figure in a comment of `src/signature/sql/` comes from here; a trick whose code has changed is an error.
 * `npm run bench:micro` runs it with the others; alone, after `npm run build:runtime`:
 * `node --import tsx benchmarks/micro/tricks.ts [PART OF A NAME]`.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Engine = typeof import('../../src/signature/sql/signature.js') &
  typeof import('../../src/signature/sql/dialects.js') &
  typeof import('../../src/signature/sql/shapes.js');
/** Texts to find, with what stands there without the trick. */
type Patch = readonly (readonly [find: string | RegExp, instead: string])[];
/** Measures one engine: CPU time of many statements, in ns per statement. */
type Measure = (engine: Engine) => () => number;

const ENGINE = join(import.meta.dirname, '../../dist/src/signature/sql');
const STATEMENT =
  "SELECT o.id, o.total, c.name, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'shipped' AND o.total > 100.50 AND c.email = 'jane.doe@example.com' AND o.created_at >= '2024-01-01' ORDER BY o.created_at DESC LIMIT 50 OFFSET 100";
const TEXTS = 4000;
const ROUNDS = 25;
const DIALECT = 'postgresql';

/** Flat strings, as a driver hands them over. */
const texts = Array.from({ length: TEXTS }, (_, i) =>
  Buffer.from(STATEMENT.replace('100.50', String(100_000 + i))).toString('latin1'),
);
const load = createRequire(import.meta.url);
let sink = 0;

function cpuNs(run: (text: string) => void): number {
  const start = process.cpuUsage();
  for (const text of texts) run(text);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / TEXTS;
}

const scan: Measure = ({ SqlReader, dialectOf }) => {
  const reader = new SqlReader();
  const dialect = dialectOf(DIALECT);
  return () =>
    cpuNs((text) => {
      reader.read(text, dialect);
      sink += reader.low;
    });
};
/** Everything that a new shape needs, its strings too. */
const newSignature: Measure = ({ SqlReader, dialectOf }) => {
  const reader = new SqlReader();
  const dialect = dialectOf(DIALECT);
  return () =>
    cpuNs((text) => {
      reader.read(text, dialect);
      sink += reader.text().length + reader.hashText().length;
      sink += reader.summary().length + reader.collection().length;
    });
};
const copyText: Measure = ({ SqlReader }) => {
  const { source } = new SqlReader();
  return () =>
    cpuNs((text) => {
      source.load(text);
      sink += source.length;
    });
};
/** Copied and compared with a shape that is known. */
const compareShape: Measure = ({ SqlReader, ShapeCache, dialectOf }) => {
  const reader = new SqlReader();
  const dialect = dialectOf(DIALECT);
  const shapes = new ShapeCache<number>();
  reader.read(texts[0] as string, dialect);
  shapes.remember(reader.source, dialect, 1);
  return () =>
    cpuNs((text) => {
      reader.source.load(text);
      const known = shapes.find(reader.source, dialect);
      if (known === undefined) throw new Error('no shape was found');
      sink += known;
    });
};

/** A statement hashed and written, nothing else: from the bytes of `Source`, or character by character. */
const fromBytes: Measure = ({ SqlReader }) => {
  const { source } = new SqlReader();
  const out = Buffer.alloc(1024);
  return () =>
    cpuNs((text) => {
      source.load(text);
      const { bytes, length } = source;
      let lane = 0;
      for (let i = 0; i < length; i++) {
        const byte = bytes[i] as number;
        lane = ((lane << 5) | (lane >>> 27)) ^ byte;
        out[i] = byte;
      }
      sink += lane;
    });
};
const fromCharacters: Measure = () => {
  const out = Buffer.alloc(1024);
  return () =>
    cpuNs((text) => {
      let lane = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        lane = ((lane << 5) | (lane >>> 27)) ^ code;
        out[i] = code;
      }
      sink += lane;
    });
};

interface Trick {
  name: string;
  measure: Measure;
  /** How the engine is measured without the trick, where a patch is not the difference. */
  without?: Measure;
  /** By file, what the engine is without the trick. */
  patches?: Readonly<Record<string, Patch>>;
}

const MULTIPLIED = 'Math.imul(';
const tricks: readonly Trick[] = [
  { name: 'a known shape is compared, not scanned', measure: compareShape, without: scan },
  {
    name: 'shapes: four bytes at a time',
    measure: compareShape,
    patches: { 'shapes.js': [['at + 4 <= stop', 'at > stop']] },
  },
  {
    name: 'source: utf8Write without the checks of write',
    measure: copyText,
    patches: { 'source.js': [['fast.utf8Write === undefined', 'true']] },
  },
  {
    name: 'source: bytes instead of charCodeAt',
    measure: fromBytes,
    without: fromCharacters,
  },
  {
    name: 'chars: one table for class and folding',
    measure: scan,
    patches: {
      'scanner.js': [
        ['afterQuote, alters,', 'fold, afterQuote, alters,'],
        ['let entry = table[byte];', 'let entry = wordBits[byte] << 8;'],
        ['const folded = entry & 255;', 'const folded = fold[byte];'],
        [' entry = table[byte];', ' entry = wordBits[byte] << 8;'],
      ],
    },
  },
  {
    name: 'words: lanes that rotate, not multiply',
    measure: scan,
    patches: {
      'words.js': [
        ['((lane << 5) | (lane >>> 27)) ^ byte', `${MULTIPLIED}lane ^ byte, 0x01000193)`],
        ['((lane << 7) | (lane >>> 25)) + byte', `${MULTIPLIED}lane, 31) + byte`],
      ],
      'scanner.js': [
        ['((a << 5) | (a >>> 27)) ^ folded', `${MULTIPLIED}a ^ folded, 0x01000193)`],
        ['((b << 7) | (b >>> 25)) + folded', `${MULTIPLIED}b, 31) + folded`],
      ],
    },
  },
  {
    name: 'scanner: indexes kept integers by | 0',
    measure: scan,
    patches: { 'scanner.js': [[/(slowWord|quickToken|other)(\(.*\)) \| 0;/g, '$1$2;']] },
  },
  {
    name: 'scanner: listed words copied, not made strings',
    measure: scan,
    patches: {
      'slow-words.js': [
        [
          'this.copyWord(src, start, i, prev)',
          'this.token(this.source.text(start, i), prev, true)',
        ],
      ],
    },
  },
  {
    name: 'signature: tables cut out of its text',
    measure: newSignature,
    patches: { 'signature.js': [['text.length === this.o', 'false']] },
  },
  { name: 'all files: local constants for imports', measure: scan, patches: {} },
];

/** Imports used where they are needed, as the compiler writes them by itself. */
function withoutLocals(code: string): string {
  let result = code.replace(/__importStar\((require\(".*?"\))\)/g, '$1');
  const locals = /^const \{ ([^}]+) \} = (chars|holes|literals|names|output|values|words);$/gm;
  for (const [line, list = '', module = ''] of code.matchAll(locals)) {
    result = result.replace(line, '');
    for (const name of list.trim().split(/,\s*/).filter(Boolean)) {
      result = result.replace(
        new RegExp(`(?<![.\\w$])${name}(?![\\w$:])`, 'g'),
        `${module}.${name}`,
      );
    }
  }
  return result;
}

function patched(code: string, patch: Patch, file: string): string {
  let result = code;
  for (const [find, instead] of patch) {
    const before = result;
    result = result.replace(find, instead);
    if (result === before) throw new Error(`${file} has no ${String(find)} any more`);
  }
  return result;
}

function engineIn(directory: string): Engine {
  return {
    ...(load(join(directory, 'signature.js')) as Engine),
    ...(load(join(directory, 'dialects.js')) as Engine),
    ...(load(join(directory, 'shapes.js')) as Engine),
  };
}

/** A copy of the engine without a trick. */
function copyWithout({ patches }: Trick): { engine: Engine; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'retrace-tricks-'));
  cpSync(ENGINE, directory, { recursive: true });
  // CommonJS, whatever the folder around it says.
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}');
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(join(directory, file), 'utf8');
    const isGeneral = patches !== undefined && Object.keys(patches).length === 0;
    const instead = isGeneral ? withoutLocals(code) : patched(code, patches?.[file] ?? [], file);
    writeFileSync(join(directory, file), instead);
  }
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  return { engine: engineIn(directory), remove };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

console.log(
  `one statement of ${STATEMENT.length} bytes, ns of CPU, median of ${ROUNDS} rounds in turns\n`,
);
console.log(`${''.padEnd(46)} ${'with'.padStart(7)} ${'without'.padStart(8)}  gained`);
const [asked = ''] = process.argv.slice(2);
for (const trick of tricks.filter(({ name }) => name.includes(asked))) {
  // Both are copies: the one that others use is warm for other statements too.
  const with_ = copyWithout({ ...trick, patches: { 'signature.js': [] } });
  const without = copyWithout(
    trick.patches === undefined ? { ...trick, patches: { 'signature.js': [] } } : trick,
  );
  const runWith = trick.measure(with_.engine);
  const runWithout = (trick.without ?? trick.measure)(without.engine);
  const times: [number, number][] = [];
  for (let round = -3; round < ROUNDS; round++) {
    const pair: [number, number] = [0, 0];
    // Whoever comes second finds warmer caches: by turns.
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const which of order) pair[which] = which === 0 ? runWith() : runWithout();
    if (round >= 0) times.push(pair);
  }
  const gain = 1 - 1 / median(times.map(([a, b]) => b / a));
  const ns = [0, 1].map((which) => median(times.map((pair) => pair[which] as number)).toFixed(0));
  console.log(
    `${trick.name.padEnd(46)} ${(ns[0] as string).padStart(7)} ${(ns[1] as string).padStart(8)}  ${(gain * 100).toFixed(0)} %`,
  );
  with_.remove();
  without.remove();
}
if (sink === 0) throw new Error('nothing was measured');
