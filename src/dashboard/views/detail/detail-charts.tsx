import type { DetailAnswer } from '../../../server/api-types.js';
import { useRange } from '../../api/url-state.js';
import { ChartPanel } from '../../components/chart/chart-panel.js';
import { CALL_SERIES, COMPONENT_SERIES, LATENCY_SERIES } from '../../components/chart/series.js';
import { HeatmapPanel } from '../../components/heatmap/heatmap-panel.js';
import { zoomRange } from '../../format/range.js';
import classes from './detail-view.module.css';

/** Everything over time; a drag on any of them zooms the whole page. */
export function DetailCharts({ answer }: { answer: DetailAnswer }) {
  const { chart, range, heatmap, components, report } = answer;
  const [, setRange] = useRange();
  const shared = {
    range,
    syncKey: 'detail',
    onZoom: (fromMs: number, toMs: number) =>
      setRange(zoomRange(fromMs, toMs, range.bucketSeconds)),
  };
  return (
    <div className={classes['charts']}>
      <div className={classes['wide']}>
        <HeatmapPanel heatmap={heatmap} range={range} onZoom={shared.onZoom} />
      </div>
      <ChartPanel
        title="Latency"
        kind="duration"
        points={chart}
        series={LATENCY_SERIES}
        {...shared}
      />
      <ChartPanel
        title="Calls and errors"
        kind="count"
        points={chart}
        series={CALL_SERIES}
        {...shared}
      />
      {report === 'endpoints' && (
        <ChartPanel
          title="Time by component"
          note="of all requests together · drag to zoom"
          kind="duration"
          points={components}
          series={COMPONENT_SERIES}
          {...shared}
        />
      )}
    </div>
  );
}
