import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ChartPoint, Range } from '../../../server/api-types.js';
import { formatDuration } from '../../format/duration.js';
import { formatExactCount } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import { StatePanel } from '../state-panel.js';
import classes from './chart-panel.module.css';
import type { ChartSeries } from './chart-options.js';

// uPlot loads with the first chart, not with the app.
const TimeChart = lazy(() => import('./time-chart.js'));

interface Props {
  title: string;
  points: readonly ChartPoint[];
  range: Range;
  series: readonly ChartSeries[];
  kind: 'duration' | 'count';
  syncKey: string;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** A chart with its name, and the same figures as a table for those who cannot see it. */
export function ChartPanel(props: Props) {
  const { title, points, series, kind } = props;
  const format = kind === 'duration' ? formatDuration : formatExactCount;
  return (
    <section className={`panel ${classes['panel'] ?? ''}`} aria-label={title}>
      <h2>
        {title} <span className={classes['hint']}>drag to zoom</span>
      </h2>
      {points.length === 0 ? (
        <StatePanel kind="empty" title="No calls in this time range" />
      ) : (
        <>
          <div aria-hidden="true">
            <Suspense fallback={<Skeleton height={252} />}>
              <TimeChart {...props} />
            </Suspense>
          </div>
          <details className={classes['figures']}>
            <summary>Figures of {title.toLowerCase()}</summary>
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
                      <th key={entry.field} scope="col">
                        {entry.label}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {points.map((point) => (
                    <tr key={point.timeMs}>
                      <th scope="row">{formatMoment(point.timeMs)}</th>
                      {series.map((entry) => (
                        <td key={entry.field}>{format(point[entry.field])}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </section>
  );
}
