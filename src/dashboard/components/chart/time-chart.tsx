import 'uplot/dist/uPlot.min.css';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { useComputedColorScheme } from '@mantine/core';
import type { ChartPoint, Range } from '../../../server/api-types.js';
import { chartColumns } from '../../format/chart-data.js';
import { chartOptions, type ChartSeries } from './chart-options.js';
import classes from './time-chart.module.css';

export interface TimeChartProps {
  points: readonly ChartPoint[];
  range: Range;
  series: readonly ChartSeries[];
  kind: 'duration' | 'count';
  /** Charts with the same key share their cursor. */
  syncKey: string;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** A uPlot chart that keeps its instance while data flows in; drag to zoom. */
export default function TimeChart(props: TimeChartProps) {
  const { points, range, series, kind, syncKey, onZoom } = props;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const zoom = useRef(onZoom);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const data = useMemo(
    () =>
      chartColumns(
        points,
        range,
        series.map((entry) => entry.field),
      ) as uPlot.AlignedData,
    [points, range, series],
  );
  const latest = useRef(data);
  useEffect(() => {
    zoom.current = onZoom;
    latest.current = data;
  });

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const options = chartOptions({
      width: element.clientWidth,
      series,
      kind,
      syncKey,
      bucketSeconds: range.bucketSeconds,
      onZoom: (fromMs, toMs) => zoom.current(fromMs, toMs),
    });
    const created = new uPlot(options, latest.current, element);
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
