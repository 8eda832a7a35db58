/** The charts of the Runtime tab: what is drawn of a RuntimePoint. */
import type { GcFigures, Gauge, RuntimePoint } from '../../../server/api-types.js';
import type { ChartKind, ChartSeries } from '../../components/chart/chart-series.js';

type Series = ChartSeries<RuntimePoint>;

const line = (
  key: string,
  label: string,
  color: string,
  value: Series['value'],
  style: 'line' | 'dashed' = 'line',
): Series => ({ key, label, color, style, value, empty: null });

/** Mean and highest of what was measured. */
const meanAndMax = (of: (point: RuntimePoint) => Gauge | null): Series[] => [
  line('mean', 'Mean', '--p95', (point) => of(point)?.mean ?? null),
  line('max', 'Highest', '--p99', (point) => of(point)?.max ?? null),
];

const collections = (
  type: GcFigures['type'],
  label: string,
  color: string,
  value: (figures: GcFigures) => number,
): Series => ({
  key: type,
  label,
  color,
  style: 'stacked',
  value: ({ gc }) => {
    const figures = gc.find((one) => one.type === type);
    return figures === undefined ? 0 : value(figures);
  },
  empty: null,
});

const byType = (value: (figures: GcFigures) => number): Series[] => [
  collections('weakcb', 'Weak callbacks', '--own', value),
  collections('incremental', 'Incremental', '--p50', value),
  collections('major', 'Major', '--web', value),
  collections('minor', 'Minor', '--database', value),
];

interface RuntimeChart {
  title: string;
  note?: string;
  kind: ChartKind;
  series: readonly Series[];
  /** Points without it are gaps. */
  has: (point: RuntimePoint) => boolean;
}

export const RUNTIME_CHARTS: readonly RuntimeChart[] = [
  {
    title: 'Event-loop delay',
    note: 'the highest of any window and process · drag to zoom',
    kind: 'duration',
    has: (point) => point.eventLoopDelay !== null,
    series: [
      line('p50', 'p50', '--p50', (point) => point.eventLoopDelay?.p50Us ?? null),
      line('p90', 'p90', '--p95', (point) => point.eventLoopDelay?.p90Us ?? null),
      line('p99', 'p99', '--p99', (point) => point.eventLoopDelay?.p99Us ?? null),
      line('max', 'Max', '--average', (point) => point.eventLoopDelay?.maxUs ?? null, 'dashed'),
    ],
  },
  {
    title: 'Event-loop utilization',
    note: 'share of time not idle · drag to zoom',
    kind: 'share',
    has: (point) => point.eventLoopUtilization !== null,
    series: meanAndMax((point) => point.eventLoopUtilization),
  },
  {
    title: 'CPU',
    note: '100 % is one core busy all the time, per process · drag to zoom',
    kind: 'share',
    has: (point) => point.cpu !== null,
    series: meanAndMax((point) => point.cpu),
  },
  {
    title: 'Heap and memory',
    note: 'highest of any process · drag to zoom',
    kind: 'bytes',
    has: (point) => point.heapUsedBytes !== null || point.memoryBytes !== null,
    series: [
      line('resident', 'Resident memory', '--web', (point) => point.memoryBytes?.max ?? null),
      line('heap', 'Heap in use', '--p95', (point) => point.heapUsedBytes?.max ?? null),
      line(
        'heapMean',
        'Heap, mean',
        '--average',
        (point) => point.heapUsedBytes?.mean ?? null,
        'dashed',
      ),
    ],
  },
  {
    title: 'Garbage collection: time',
    note: 'all processes together · drag to zoom',
    kind: 'duration',
    has: (point) => point.gc.length > 0,
    series: byType((figures) => figures.totalUs),
  },
  {
    title: 'Garbage collection: runs',
    note: 'all processes together · drag to zoom',
    kind: 'count',
    has: (point) => point.gc.length > 0,
    series: byType((figures) => figures.count),
  },
];
