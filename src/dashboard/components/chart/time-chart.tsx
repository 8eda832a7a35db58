import 'uplot/dist/uPlot.min.css';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { useComputedColorScheme } from '@mantine/core';
import type { Range } from '../../../server/api-types.js';
import { chartColumns, stackColumns } from '../../format/chart-data.js';
import { chartOptions } from './chart-options.js';
import type { ChartKind, ChartSeries, TimedPoint } from './chart-series.js';
import classes from './time-chart.module.css';

export interface TimeChartProps<Point extends TimedPoint> {
  points: readonly Point[];
  range: Range;
  series: readonly ChartSeries<Point>[];
  kind: ChartKind;
  /** Charts with the same key share their cursor. */
  syncKey: string;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** A uPlot chart that keeps its instance while data flows in; drag to zoom. */
export default function TimeChart<Point extends TimedPoint>(props: TimeChartProps<Point>) {
  const { points, range, series, kind, syncKey, onZoom } = props;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const zoom = useRef(onZoom);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const figures = useMemo(() => chartColumns(points, range, series), [points, range, series]);
  const data = useMemo(
    () => (series[0]?.style === 'stacked' ? stackColumns(figures) : figures) as uPlot.AlignedData,
    [figures, series],
  );
  const latest = useRef({ data, figures });
  useEffect(() => {
    zoom.current = onZoom;
    latest.current = { data, figures };
  });

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const options = chartOptions({
      width: element.clientWidth,
      series: series as readonly ChartSeries<never>[],
      kind,
      syncKey,
      bucketSeconds: range.bucketSeconds,
      figures: () => latest.current.figures,
      onZoom: (fromMs, toMs) => zoom.current(fromMs, toMs),
    });
    const created = new uPlot(options, latest.current.data, element);
    chart.current = created;
    const observer = new ResizeObserver(() =>
      created.setSize({ width: element.clientWidth, height: created.height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      created.destroy();
      chart.current = undefined;
    };
    // The colour scheme is read from the style sheet when the chart is drawn.
  }, [series, kind, syncKey, range.bucketSeconds, scheme]);

  useEffect(() => {
    chart.current?.setData(data);
  }, [data]);

  return <div ref={holder} className={classes['chart']} />;
}
