import { Skeleton } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import type { Range } from '../../../server/api-types.js';
import { csvFileName } from '../../format/csv.js';
import { NONE } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import { StatePanel } from '../state-panel.js';
import { exportColumn } from '../table/columns.js';
import { ExportButton } from '../table/export-button.js';
import classes from './chart-panel.module.css';
import type TimeChartType from './time-chart.js';
import { UNITS, type ChartKind, type ChartSeries, type TimedPoint } from './chart-series.js';

// uPlot loads with the first chart, not with the app.
const TimeChart = lazy(() => import('./time-chart.js')) as typeof TimeChartType;

interface Props<Point extends TimedPoint> {
  title: string;
  /** Beside the title: what is drawn, in a few words. */
  note?: string;
  points: readonly Point[];
  range: Range;
  series: readonly ChartSeries<Point>[];
  kind: ChartKind;
  /** Why there may be nothing, and what to do; shown without points. */
  empty?: { title: string; advice: ReactNode };
  syncKey: string;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** A chart with its name, and the same figures as a table for those who cannot see it. */
export function ChartPanel<Point extends TimedPoint>(props: Props<Point>) {
  const { title, note, points, series, kind, empty } = props;
  return (
    <section className={`panel ${classes['panel'] ?? ''}`} aria-label={title}>
      <h2>
        {title} <span className={classes['hint']}>{note ?? 'drag to zoom'}</span>
      </h2>
      {points.length === 0 ? (
        <StatePanel
          kind="empty"
          title="No calls in this time range"
          advice="A longer time range may show some."
          {...empty}
        />
      ) : (
        <>
          <div aria-hidden="true">
            <Suspense fallback={<Skeleton height={252} />}>
              <TimeChart {...props} />
            </Suspense>
          </div>
          <ChartFigures title={title} points={points} series={series} kind={kind} />
        </>
      )}
    </section>
  );
}

type FiguresProps<Point extends TimedPoint> = Pick<
  Props<Point>,
  'title' | 'points' | 'series' | 'kind'
>;

/** Rows are made when somebody asks for them: a chart of six hours has 360. */
function ChartFigures<Point extends TimedPoint>(props: FiguresProps<Point>) {
  const { title, points, series, kind } = props;
  const [opened, setOpened] = useState(false);
  const { format, exported: unit } = UNITS[kind];
  return (
    <details
      className={classes['figures']}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>Figures of {title.toLowerCase()}</summary>
      {opened && (
        <>
          <div
            className={classes['scroll']}
            tabIndex={0}
            role="region"
            aria-label={`${title}: figures`}
          >
            <table>
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  {series.map((entry) => (
                    <th key={entry.key} scope="col">
                      {entry.label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {points.map((point) => (
                  <tr key={point.timeMs}>
                    <th scope="row">{formatMoment(point.timeMs)}</th>
                    {series.map((entry) => {
                      const value = entry.value(point);
                      return <td key={entry.key}>{value === null ? NONE : format(value)}</td>;
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className={classes['export']}>
            <ExportButton
              rows={points}
              columns={[
                exportColumn<Point>('Time', (point) => new Date(point.timeMs).toISOString()),
                ...series.map((entry) =>
                  exportColumn<Point>(
                    entry.label,
                    (point) => entry.value(point) ?? Number.NaN,
                    unit,
                  ),
                ),
              ]}
              fileName={csvFileName(title)}
            />
          </div>
        </>
      )}
    </details>
  );
}
