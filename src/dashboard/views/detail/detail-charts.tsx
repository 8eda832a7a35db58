import type { DetailAnswer } from '../../../server/api-types.js';
import type { ChartSeries } from '../../components/chart/chart-options.js';
import { ChartPanel } from '../../components/chart/chart-panel.js';
import { zoomRange } from '../../format/range.js';
import classes from './detail-view.module.css';

const LATENCY: readonly ChartSeries[] = [
  { field: 'averageUs', label: 'Average', color: '--average', style: 'dashed' },
  { field: 'p50Us', label: 'p50', color: '--p50', style: 'line' },
  { field: 'p95Us', label: 'p95', color: '--p95', style: 'line' },
  { field: 'p99Us', label: 'p99', color: '--p99', style: 'line' },
];

/** Errors are drawn over the calls they are part of. */
const CALLS: readonly ChartSeries[] = [
  { field: 'calls', label: 'Calls', color: '--database', style: 'bars' },
  { field: 'errors', label: 'Errors', color: '--error', style: 'bars' },
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
