import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { barsOf } from '../../benchmarks/overhead/bars.js';
import { compareProfiles, parseSamples } from '../../benchmarks/overhead/profile-views.js';
import type { Run } from '../../benchmarks/overhead/measure.js';
import { buildOf, BUNDLES, newestOf, type Results } from '../../benchmarks/overhead/results.js';
import { built } from './runtime-harness.js';

const ROOT = join(import.meta.dirname, '../..');
/** One fresh pair under load for less than two seconds; the rest is starting processes on a busy machine. */
const TIMEOUT_MS = 120_000;

function run(more: Partial<Run>): Run {
  return {
    arm: 'bare',
    beside: 'retrace',
    scenario: 'full',
    round: 0,
    node: '24',
    requests: 1000,
    requestsPerSecond: 1000,
    cpuUsPerRequest: 100,
    p50Us: 1000,
    p99Us: 2000,
    rssBytes: 60e6,
    startMs: 100,
    ...more,
  };
}

const [major = ''] = process.versions.node.split('.');

function benchmark(...args: string[]): string {
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const script = join(ROOT, 'benchmarks/overhead/run.ts');
  return execFileSync(
    process.execPath,
    [tsx, script, `--node=${major}`, '--keep-priority', ...args],
    { encoding: 'utf8', timeout: TIMEOUT_MS, stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

describe('the benchmark of our cost', () => {
  it.skipIf(!built || process.platform !== 'linux')(
    'measures the bare app and Retrace beside it',
    () => {
      const text = benchmark(
        ...['--arms=retrace', '--scenarios=full', '--rounds=1', '--seconds=0.5', '--warm-up=0.2'],
      );
      const rows = text
        .split('\n')
        .filter((line) => line.startsWith(`| ${major} |`))
        .map((line) => line.split('|').map((cell) => cell.trim()));
      expect(rows.map((cells) => cells[3])).toEqual(['bare', 'retrace']);
      const [bare = [], retrace = []] = rows;
      for (const cells of [bare, retrace]) {
        // CPU per request, requests per second, p50, p99.
        for (const column of [4, 6, 8, 9]) expect(Number(cells[column])).toBeGreaterThan(0);
      }
      // What it adds: a number each, whatever a busy machine makes of it.
      for (const column of [5, 7, 10, 11, 12]) {
        expect(bare[column]).toBe('–');
        expect(Number(retrace[column])).not.toBeNaN();
      }
    },
    TIMEOUT_MS,
  );

  it.skipIf(!built || process.platform !== 'linux')(
    'sees no memory grow with the number of requests, 10,000 here',
    () => {
      const { longRun } = JSON.parse(benchmark('--part=long', '--requests=10000')) as Results;
      // 200 bytes kept per request would show.
      expect(longRun?.heapGrowthMb).toBeLessThan(1);
    },
    TIMEOUT_MS,
  );

  it('says of each bar whether it was met', () => {
    const own = { arm: 'retrace', beside: 'bare' };
    const runs = [0, 1, 2].flatMap((round) => [
      run({ round }),
      run({ ...own, round, cpuUsPerRequest: 108 + round, requestsPerSecond: 950, startMs: 120 }),
      run({ round, beside: 'peer' }),
      run({ arm: 'peer', beside: 'bare', round, cpuUsPerRequest: 350 }),
    ]);
    const bars = barsOf({ date: '2026-01-01', machine: '', versions: {}, runs });
    const of = (words: string): unknown => bars.find((bar) => bar.says.includes(words));
    expect(of('CPU added')).toMatchObject({ bar: '≤ 10 µs', measured: '9.0 µs', met: true });
    expect(of('kept, full')).toMatchObject({ bar: '≥ 0.96', measured: '0.950', met: false });
    expect(of('cheaper')).toMatchObject({ bar: '≥ 20', measured: '27.8', met: true });
    expect(of('hello world')).toBeUndefined();
  });

  it('takes the latest day, and of several machines on it the one measured last', () => {
    const first = 'overhead-2026-11-30.json';
    const second = 'overhead-2026-11-30-2.json';
    const tenth = 'overhead-2026-11-30-10.json';
    expect(newestOf([second, 'overhead-2026-11-29.json', first, 'overhead-2026-12-01.md'])).toBe(
      second,
    );
    expect(newestOf([second, tenth, first])).toBe(tenth);
    expect(newestOf([tenth, 'overhead-2026-12-01.json'])).toBe('overhead-2026-12-01.json');
    expect(newestOf(['server.md'])).toBeUndefined();
  });

  it.skipIf(!built)('tells builds apart by what the app and its worker load', () => {
    const copy = mkdtempSync(join(tmpdir(), 'retrace-build-'));
    try {
      for (const file of BUNDLES) {
        mkdirSync(join(copy, 'src', file, '..'), { recursive: true });
        cpSync(join(ROOT, 'dist/src', file), join(copy, 'src', file));
      }
      const build = buildOf(join(ROOT, 'dist'));
      expect(build).toMatch(/^[0-9a-f]{8}$/);
      expect(buildOf(copy)).toBe(build);
      writeFileSync(join(copy, 'src/aggregate/worker-entry.js'), '// another worker');
      expect(buildOf(copy)).not.toBe(build);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('adds up profiles by symbol, whatever process and tier they come from', () => {
    const text = (pid: number, tier: string): string =>
      [
        `node ${pid}/${pid} `,
        `\t    7f01 JS:${tier}'call /app/x.js:1:2+0x10 (/tmp/perf-${pid}.map)`,
        '\t  abcdef Builtins_InterpreterEntryTrampoline+0xcc (/opt/node)',
        '',
        `retrace ${pid}/${pid + 1} `,
        '\tffffffff81 tcp_ack+0x1 ([kernel.kallsyms])',
        '',
      ].join('\n');
    const bare = { samples: parseSamples(text(7, '~'), 7), requests: 100 };
    const arm = {
      samples: [text(9, '*'), text(9, '+')].flatMap((one) => parseSamples(one, 9)),
      requests: 100,
    };
    // A sample is 200 µs.
    const symbols = compareProfiles([[bare, arm]], 'symbol', 9).split('\n');
    expect(symbols[0]).toBe('by symbol: 4.00 → 8.00 µs per request');
    expect(symbols[1]).toBe('   2.00     2.00 →    4.00  call /app/x.js:1:2');
    expect(symbols[2]).toMatch(/2\.00 → +4\.00 {2}retrace: tcp_ack/);
    expect(compareProfiles([[bare, arm]], 'group', 9)).toMatch(/JavaScript\n.*kernel$/);
    expect(() => compareProfiles([], 'colour', 9)).toThrow('no view is called colour');
  });
});
