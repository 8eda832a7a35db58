import { ARMS, SCENARIOS } from './arms.js';
import { barsOf } from './bars.js';
import { latestResults } from './results.js';
import { type Row, rowsOf } from './summary.js';

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function costCells(row: Row): string[] {
  return [
    row.addedCpuUs.toFixed(1),
    row.throughputKept.toFixed(2),
    row.p99Ratio.toFixed(2),
    row.addedMemoryMb.toFixed(0),
    row.addedStartMs.toFixed(0),
    String(row.rounds),
  ];
}

const COST_HEAD = [
  'CPU µs/request',
  'throughput kept',
  'p99 ratio',
  'memory MB',
  'start ms',
  'rounds',
];

/** The part of README.md about cost: the figures of the latest result file, bars that were missed included. */
export function costSection(): string {
  const latest = latestResults();
  if (latest === undefined) return 'Not measured yet: `npm run bench:overhead -- --write`.';
  const { name, results } = latest;
  const { date, machine, versions, runs } = results;
  const rows = rowsOf(runs).filter((row) => row.arm !== 'bare');
  const own = rows.filter((row) => row.arm === 'retrace');
  const versionOf = (name: string): string => {
    const { package: known } = ARMS.find((arm) => arm.name === name) ?? {};
    return known === undefined ? name : `${known} ${versions[known] ?? ''}`.trim();
  };
  const besides = rows.filter((row) => row.arm !== 'retrace');
  const compared = new Set(besides.map((row) => `${row.node} ${row.scenario}`));
  const sideBySide = rows.filter((row) => compared.has(`${row.node} ${row.scenario}`));
  return [
    `Measured ${date} on ${machine} by \`npm run bench:overhead\` ([every figure](benchmarks/results/${name}.md), [how](benchmarks/overhead/README.md)): medians of rounds, each an app with and an app without in turns on one core.`,
    table(
      ['What', 'Bar', 'Measured', ''],
      barsOf(results).map((bar) => [bar.says, bar.bar, bar.measured, bar.met ? 'met' : 'missed']),
    ),
    'What Retrace adds, by scenario:',
    table(
      ['Node', 'Scenario', ...COST_HEAD],
      own.map((row) => [
        row.node,
        SCENARIOS[row.scenario]?.says ?? row.scenario,
        ...costCells(row),
      ]),
    ),
    ...(besides.length > 0
      ? [
          'Beside others, everything traced, intakes on loopback:',
          table(
            ['Scenario', 'APM', ...COST_HEAD],
            [...compared].flatMap((key) =>
              sideBySide
                .filter((row) => `${row.node} ${row.scenario}` === key)
                .map((row) => [row.scenario, versionOf(row.arm), ...costCells(row)]),
            ),
          ),
        ]
      : []),
  ].join('\n\n');
}
