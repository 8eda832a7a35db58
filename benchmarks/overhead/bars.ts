import { type Row, rowsOf } from './summary.js';
import type { Results } from './results.js';

/** One promise of the project's about its cost, and what was measured. */
export interface BarResult {
  readonly says: string;
  readonly bar: string;
  readonly measured: string;
  readonly met: boolean;
}

interface Bar {
  readonly says: string;
  readonly scenario: string;
  readonly pick: (row: Row) => number;
  readonly limit: number;
  readonly isAtLeast?: boolean;
  readonly digits: number;
  readonly unit: string;
}

const THROUGHPUT = { isAtLeast: true, digits: 3, unit: '', pick: (row: Row) => row.throughputKept };

const BARS: readonly Bar[] = [
  {
    says: 'CPU added per request, full scenario, worker included',
    scenario: 'full',
    pick: (row) => row.addedCpuUs,
    limit: 10,
    digits: 1,
    unit: ' µs',
  },
  { says: 'throughput kept, full scenario', scenario: 'full', limit: 0.96, ...THROUGHPUT },
  { says: 'throughput kept, hello world', scenario: 'hello', limit: 0.94, ...THROUGHPUT },
  {
    says: 'throughput kept, 2,000 awaits per request',
    scenario: 'await',
    limit: 0.97,
    ...THROUGHPUT,
  },
  {
    says: 'p99 against bare, full scenario',
    scenario: 'full',
    pick: (row) => row.p99Ratio,
    limit: 1.1,
    digits: 2,
    unit: '',
  },
  {
    says: 'start-up added, hello world',
    scenario: 'hello',
    pick: (row) => row.addedStartMs,
    limit: 30,
    digits: 0,
    unit: ' ms',
  },
  {
    says: 'memory added, full scenario, worker included',
    scenario: 'full',
    pick: (row) => row.addedMemoryMb,
    limit: 25,
    digits: 1,
    unit: ' MB',
  },
];

/** Most that the event loop may be held up longer around an export of 2,000 signatures than without us, ms. */
const EXPORT_DELAY_MS = 2;
/** Growth of the heap over the second half of a million requests that counts as none: two collections' noise, MB. */
const HEAP_GROWTH_MB = 1;
/** The cheapest peer costs at least this many times what we do. */
const CHEAPER_TIMES = 20;
/** Version of Node that the bars are for. */
const NODE = '24';

/** Every bar that the file holds figures for. */
export function barsOf({ runs, exportDelay, longRun }: Results): BarResult[] {
  const rows = rowsOf(runs).filter((row) => row.node === NODE);
  const results = BARS.flatMap((bar) => {
    const row = rows.find((one) => one.arm === 'retrace' && one.scenario === bar.scenario);
    return row === undefined ? [] : [judge(bar, bar.pick(row))];
  });
  if (exportDelay !== undefined) {
    results.push(
      judge(
        {
          says: `event-loop delay added at export, ${exportDelay.signatures.toLocaleString('en')} signatures`,
          limit: EXPORT_DELAY_MS,
          digits: 2,
          unit: ' ms',
        },
        exportDelay.addedMs,
      ),
    );
  }
  if (longRun !== undefined) {
    results.push(
      judge(
        {
          says: `heap growth over the second half of ${longRun.requests.toLocaleString('en')} requests`,
          limit: HEAP_GROWTH_MB,
          digits: 2,
          unit: ' MB',
        },
        longRun.heapGrowthMb,
      ),
    );
  }
  const full = rows.filter((row) => row.scenario === 'full' && row.arm !== 'bare');
  const own = full.find((row) => row.arm === 'retrace');
  const cheapest = Math.min(...full.filter((row) => row !== own).map((row) => row.addedCpuUs));
  if (own !== undefined && Number.isFinite(cheapest)) {
    results.push(
      judge(
        {
          says: 'times cheaper in CPU than the cheapest peer, full scenario',
          limit: CHEAPER_TIMES,
          isAtLeast: true,
          digits: 1,
          unit: '',
        },
        cheapest / own.addedCpuUs,
      ),
    );
  }
  return results;
}

function judge(bar: Omit<Bar, 'scenario' | 'pick'>, value: number): BarResult {
  return {
    says: bar.says,
    bar: `${bar.isAtLeast === true ? '≥' : '≤'} ${bar.limit}${bar.unit}`,
    measured: `${value.toFixed(bar.digits)}${bar.unit}`,
    met: bar.isAtLeast === true ? value >= bar.limit : value <= bar.limit,
  };
}
