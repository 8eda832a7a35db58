/**
 * Speed of signatures, side by side in one run: CPU time per statement of about 260 bytes, best of twelve rounds, every
 * text different (uncached) or the same (cached). Run `npm run build:runtime` first, then
 * `node --expose-gc benchmarks/micro/signature.mjs`.
 */
import { createRequire } from 'node:module';
import pg from 'libpg-query';

const require = createRequire(import.meta.url);
const { sqlSignature } = require('../../dist/src/signature/index.js');
const { SignatureTable } = require('../../dist/src/signature/intern.js');

const STATEMENT =
  "SELECT o.id, o.total, c.name, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'shipped' AND o.total > 100.50 AND c.email = 'jane.doe@example.com' AND o.created_at >= '2024-01-01' ORDER BY o.created_at DESC LIMIT 50 OFFSET 100";
const TEXTS = 4000;
const ROUNDS = 12;

/** Flat strings, as a driver hands them over. */
const texts = Array.from({ length: TEXTS }, (_, i) =>
  Buffer.from(STATEMENT.replace('100.50', String(100_000 + i))).toString('latin1'),
);

const table = new SignatureTable({ onEntry: () => undefined });
let sink = 0;

/** What a bare pair of regular expressions does: numbers, then quoted strings. */
function maskWithPatterns(text) {
  return text.replace(/\b\d+\b/g, '?').replace(/(["'])(?:(?=(\\?))\2.)*?\1/g, '?');
}

const candidates = {
  'sqlSignature (text, hash, summary)': (text) =>
    (sink += sqlSignature(text, { dialect: 'postgresql' }).text.length),
  'querySignature, text never seen': (text) => (sink += table.querySignature(text, 'postgresql')),
  'two masking patterns': (text) => (sink += maskWithPatterns(text).length),
};

await pg.loadModule();
const slow = {
  'libpg-query normalize': (text) => (sink += pg.normalizeSync(text).length),
  'libpg-query fingerprint': (text) => (sink += pg.fingerprintSync(text).length),
};

function measure(run, list) {
  const start = process.cpuUsage();
  for (const text of list) run(text);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / list.length;
}

const best = new Map();
const rows = [
  ...Object.entries(candidates).map(([name, run]) => [name, run, texts]),
  ...Object.entries(slow).map(([name, run]) => [name, run, texts.slice(0, 300)]),
  [
    'querySignature, cached',
    (text) => (sink += table.querySignature(text, 'postgresql')),
    new Array(200_000).fill(texts[0]),
  ],
];
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run, list] of rows) {
    best.set(name, Math.min(best.get(name) ?? Infinity, measure(run, list)));
  }
}
for (const [name, ns] of best) {
  const speed = name.endsWith('cached')
    ? ''
    : `${((STATEMENT.length / ns) * 1000).toFixed(0).padStart(5)} MB/s`;
  console.log(`${name.padEnd(36)} ${ns.toFixed(1).padStart(9)} ns ${speed}`);
}
if (typeof globalThis.gc === 'function') {
  const run = () => {
    for (let i = 0; i < 1_000_000; i++) sink += table.querySignature(texts[0], 'postgresql');
  };
  run();
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  run();
  console.log(
    `${'heap per cached hit'.padEnd(36)} ${((process.memoryUsage().heapUsed - before) / 1e6).toFixed(3).padStart(9)} bytes`,
  );
}
if (sink === 0) throw new Error('nothing was measured');
