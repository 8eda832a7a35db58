import type { Run } from './measure.js';

/** Medians over the rounds; differences and ratios are taken within a round first. */
export interface Row {
  readonly scenario: string;
  readonly node: string;
  readonly arm: string;
  readonly rounds: number;
  readonly cpuUsPerRequest: number;
  readonly addedCpuUs: number;
  readonly requestsPerSecond: number;
  readonly throughputKept: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p99Ratio: number;
  readonly addedMemoryMb: number;
  readonly addedStartMs: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** One row per scenario, version of Node and arm, in the order of the runs. */
export function rowsOf(runs: readonly Run[]): Row[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const key = `${run.node} ${run.scenario} ${run.arm}`;
    const known = groups.get(key);
    if (known) known.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0] as Run;
    const bare = groups.get(`${first.node} ${first.scenario} bare`) ?? [];
    const pairs = group.flatMap((run) => {
      const partner = bare.find((one) => one.round === run.round && one.beside === run.arm);
      return partner === undefined ? [] : [{ run, bare: partner }];
    });
    const of = (pick: (run: Run) => number): number => median(group.map(pick));
    const paired = (compare: (run: Run, other: Run) => number): number =>
      median(pairs.map(({ run, bare: other }) => compare(run, other)));
    return {
      scenario: first.scenario,
      node: first.node,
      arm: first.arm,
      rounds: group.length,
      cpuUsPerRequest: of((run) => run.cpuUsPerRequest),
      addedCpuUs: paired((run, other) => run.cpuUsPerRequest - other.cpuUsPerRequest),
      requestsPerSecond: of((run) => run.requestsPerSecond),
      throughputKept: paired((run, other) => run.requestsPerSecond / other.requestsPerSecond),
      p50Us: of((run) => run.p50Us),
      p99Us: of((run) => run.p99Us),
      p99Ratio: paired((run, other) => run.p99Us / other.p99Us),
      addedMemoryMb: paired((run, other) => (run.rssBytes - other.rssBytes) / 1e6),
      addedStartMs: paired((run, other) => run.startMs - other.startMs),
    };
  });
}

const HEAD = [
  'Node',
  'scenario',
  'arm',
  'CPU µs/request',
  'added',
  'requests/s',
  'kept',
  'p50 µs',
  'p99 µs',
  'p99 ratio',
  'memory added MB',
  'start added ms',
  'rounds',
];

/** The bare app has nothing to be compared with. */
function figure(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

/** A Markdown table. */
export function summarize(runs: readonly Run[]): string {
  const lines = rowsOf(runs).map((row) => [
    row.node,
    row.scenario,
    row.arm,
    row.cpuUsPerRequest.toFixed(1),
    figure(row.addedCpuUs, 1),
    row.requestsPerSecond.toFixed(0),
    figure(row.throughputKept, 3),
    row.p50Us.toFixed(0),
    row.p99Us.toFixed(0),
    figure(row.p99Ratio, 2),
    figure(row.addedMemoryMb, 1),
    figure(row.addedStartMs, 0),
    String(row.rounds),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
