/** The charts of the Runtime tab: what is drawn of a RuntimePoint. */
import type { GcFigures, Gauge, RuntimePoint } from '../../../server/api-types.js';
import type { ChartKind, ChartSeries } from '../../components/chart/chart-series.js';
import { formatPercent } from '../../format/number.js';

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

const GC_TYPES: readonly (readonly [GcFigures['type'], label: string, color: string])[] = [
  ['weakcb', 'Weak callbacks', '--own'],
  ['incremental', 'Incremental', '--p50'],
  ['major', 'Major', '--web'],
  ['minor', 'Minor', '--database'],
];

const byType = (
  style: Series['style'],
  value: (figures: GcFigures, observedSeconds: number) => number,
): Series[] =>
  GC_TYPES.map(([type, label, color]) => ({
    key: type,
    label,
    color,
    style,
    value: ({ gc, gcObservedSeconds }) => {
      const figures = gc.find((one) => one.type === type);
      return figures === undefined ? 0 : value(figures, gcObservedSeconds);
    },
    empty: null,
  }));

/** Share of the observed time, 0 … 1, in which a process stood still for its collections; NaN where none was observed. */
export function gcShare({ gc, gcObservedSeconds }: RuntimePoint): number {
  if (gcObservedSeconds === 0) return Number.NaN;
  return gc.reduce((sum, one) => sum + one.totalUs, 0) / 1e6 / gcObservedSeconds;
}

/** What a reader of figures about collections must know of these points; undefined: all were observed. */
function partlyObserved(points: readonly RuntimePoint[]): string | undefined {
  const unobserved = points.reduce((sum, point) => sum + point.gcUnobservedSeconds, 0);
  if (unobserved === 0) return undefined;
  const observed = points.reduce((sum, point) => sum + point.gcObservedSeconds, 0);
  return `${formatPercent(observed / (observed + unobserved))} of the time observed: many collections`;
}

const isObserved = ({ gcObservedSeconds }: RuntimePoint): boolean => gcObservedSeconds > 0;

interface RuntimeChart {
  title: string;
  note?: string;
  kind: ChartKind;
  series: readonly Series[];
  /** Points without it are gaps. */
  has: (point: RuntimePoint) => boolean;
  /** Goes before the note. */
  caution?: (points: readonly RuntimePoint[]) => string | undefined;
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
    title: 'Garbage collection: share of time',
    note: 'in which the process stood still · drag to zoom',
    kind: 'share',
    has: isObserved,
    caution: partlyObserved,
    series: byType('stacked', ({ totalUs }, seconds) => totalUs / 1e6 / seconds),
  },
  {
    title: 'Garbage collections per minute',
    note: 'and process · drag to zoom',
    kind: 'rate',
    has: isObserved,
    caution: partlyObserved,
    series: byType('stacked', ({ count }, seconds) => (count / seconds) * 60),
  },
  {
    title: 'Garbage collection: longest',
    note: 'of any process · drag to zoom',
    kind: 'duration',
    has: isObserved,
    caution: partlyObserved,
    series: byType('line', ({ maxUs }) => maxUs),
  },
];
