/**
 * `npx tsx benchmarks/micro/histogram.ts` (after `npm run build:runtime`): cost of recording, merging and
 * storing on the compiled output, as the worker, the agent and the server run it.
 */
import { createRequire } from 'node:module';

// The compiled output, with the types of its source: type checking must not need a build.
const load = createRequire(import.meta.url);
const { Histogram } = load(
  '../../dist/src/histogram/index.js',
) as typeof import('../../src/histogram/index.js');

const VALUES = 65_536;

/** Median of several rounds, in ns per operation, and heap bytes per operation of a short round. */
function measure(name: string, operations: number, run: (operations: number) => void): void {
  const nanoseconds: number[] = [];
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    run(operations);
    nanoseconds.push(((performance.now() - start) * 1e6) / operations);
  }
  nanoseconds.sort((a, b) => a - b);
  const few = Math.max(1, Math.floor(operations / 100));
  const before = process.memoryUsage().heapUsed;
  run(few);
  const bytes = Math.max(0, process.memoryUsage().heapUsed - before) / few;
  const median = nanoseconds[3] ?? Number.NaN;
  console.log(`${name.padEnd(34)} ${median.toFixed(1).padStart(10)} ns ${bytes.toFixed(1)} B`);
}

// 20 µs to 2 s, each magnitude equally likely: about 17 octaves.
const values = Array.from({ length: VALUES }, () => Math.round(20 * 100_000 ** Math.random()));
const recorded = new Histogram();
measure('record', 2_000_000, (n) => {
  for (let i = 0; i < n; i++) recorded.record(values[i % VALUES] ?? 1);
});

/** A series of one window: one endpoint's hundred requests around 5 ms. */
const typical = new Histogram();
for (let i = 0; i < 100; i++) typical.record(Math.round(5000 * Math.exp((values[i] ?? 1) / 2e6)));
const total = new Histogram();
measure('merge a window of one series', 200_000, (n) => {
  for (let i = 0; i < n; i++) total.merge(typical);
});
measure('encode', 100_000, (n) => {
  for (let i = 0; i < n; i++) typical.encode();
});
const stored = typical.encode();
measure('decode', 100_000, (n) => {
  for (let i = 0; i < n; i++) Histogram.decode(stored);
});
let sum = 0;
measure('quantile', 100_000, (n) => {
  for (let i = 0; i < n; i++) sum += typical.quantileUs(0.95);
});
console.log(
  `stored bytes of 100 values: ${stored.length}; of all: ${recorded.encode().length}`,
  sum > 0,
);
