/** The lines, bars and areas of the charts that several pages have. */
import type { ChartPoint, ComponentPoint } from '../../../server/api-types.js';
import type { ChartSeries } from './chart-series.js';

type Field = Exclude<keyof ChartPoint, 'timeMs'>;

const line = (
  field: Field,
  label: string,
  color: string,
  style: 'line' | 'dashed' = 'line',
): ChartSeries<ChartPoint> => ({
  key: field,
  label,
  color,
  style,
  value: (point) => point[field],
  empty: null,
});

const bars = (field: Field, label: string, color: string): ChartSeries<ChartPoint> => ({
  key: field,
  label,
  color,
  style: 'bars',
  value: (point) => point[field],
  empty: 0,
});

const area = (
  field: Exclude<keyof ComponentPoint, 'timeMs'>,
  label: string,
  color: string,
): ChartSeries<ComponentPoint> => ({
  key: field,
  label,
  color,
  style: 'stacked',
  value: (point) => point[field],
  empty: 0,
});

export const LATENCY_SERIES: readonly ChartSeries<ChartPoint>[] = [
  line('averageUs', 'Average', '--average', 'dashed'),
  line('p50Us', 'p50', '--p50'),
  line('p95Us', 'p95', '--p95'),
  line('p99Us', 'p99', '--p99'),
];

/** Errors are drawn over the calls they are part of. */
export const CALL_SERIES: readonly ChartSeries<ChartPoint>[] = [
  bars('calls', 'Calls', '--database'),
  bars('errors', 'Errors', '--error'),
];

/** Own code at the bottom: it is what is left when the others are fast. */
export const COMPONENT_SERIES: readonly ChartSeries<ComponentPoint>[] = [
  area('databaseUs', 'Database', '--database'),
  area('webServicesUs', 'Web services', '--web'),
  area('ownCodeUs', 'Own code', '--own'),
];
