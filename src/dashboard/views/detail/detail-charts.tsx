import type { ChartPoint, DetailAnswer } from '../../../server/api-types.js';
import type { ChartSeries } from '../../components/chart/chart-series.js';
import { ChartPanel } from '../../components/chart/chart-panel.js';
import { zoomRange } from '../../format/range.js';
import classes from './detail-view.module.css';

type Field = Exclude<keyof ChartPoint, 'timeMs'>;

const series = (
  field: Field,
  label: string,
  color: string,
  style: 'line' | 'dashed' | 'bars',
): ChartSeries<ChartPoint> => ({
  key: field,
  label,
  color,
  style,
  value: (point) => point[field],
  empty: style === 'bars' ? 0 : null,
});

const LATENCY = [
  series('averageUs', 'Average', '--average', 'dashed'),
  series('p50Us', 'p50', '--p50', 'line'),
  series('p95Us', 'p95', '--p95', 'line'),
  series('p99Us', 'p99', '--p99', 'line'),
];

/** Errors are drawn over the calls they are part of. */
const CALLS = [
  series('calls', 'Calls', '--database', 'bars'),
  series('errors', 'Errors', '--error', 'bars'),
];

interface Props {
  answer: DetailAnswer;
  onZoom: (fromMs: number, toMs: number) => void;
}

export function DetailCharts({ answer, onZoom }: Props) {
  const { chart, range } = answer;
  function zoom(fromMs: number, toMs: number): void {
    const zoomed = zoomRange(fromMs, toMs, range.bucketSeconds);
    if (zoomed.kind === 'absolute') onZoom(zoomed.fromMs, zoomed.toMs);
  }
  const shared = { points: chart, range, syncKey: 'detail', onZoom: zoom };
  return (
    <div className={classes['charts']}>
      <ChartPanel title="Latency" kind="duration" series={LATENCY} {...shared} />
      <ChartPanel title="Calls and errors" kind="count" series={CALLS} {...shared} />
    </div>
  );
}
