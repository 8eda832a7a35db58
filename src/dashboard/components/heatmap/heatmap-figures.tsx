import { useState } from 'react';
import type { Heatmap } from '../../../server/api-types.js';
import { csvFileName } from '../../format/csv.js';
import { formatDuration } from '../../format/duration.js';
import { formatExactCount } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import classes from '../chart/chart-panel.module.css';
import { exportColumn } from '../table/columns.js';
import { ExportButton } from '../table/export-button.js';

interface HeatmapTime {
  timeMs: number;
  column: readonly number[];
}

/** The heatmap as a table: one line per time, one column per latency band. */
export function HeatmapFigures({ heatmap }: { heatmap: Heatmap }) {
  const [opened, setOpened] = useState(false);
  const { boundsUs, counts, fromMs, stepMs } = heatmap;
  const bands = boundsUs.slice(0, -1).map((low, at) => ({ low, high: boundsUs[at + 1] ?? low }));
  return (
    <details
      className={classes['figures']}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>Figures of latency heatmap</summary>
      {opened && (
        <>
          <div
            className={classes['scroll']}
            tabIndex={0}
            role="region"
            aria-label="Latency heatmap: figures"
          >
            <table>
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  {bands.map(({ low, high }) => (
                    <th key={low} scope="col">
                      {formatDuration(low)} – {formatDuration(high)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {counts.map((column, at) => (
                  <tr key={at}>
                    <th scope="row">{formatMoment(fromMs + at * stepMs)}</th>
                    {bands.map(({ low }, band) => (
                      <td key={low}>{formatExactCount(column[band] ?? 0)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className={classes['export']}>
            <ExportButton
              rows={counts.map((column, at) => ({ timeMs: fromMs + at * stepMs, column }))}
              columns={[
                exportColumn<HeatmapTime>('Time', ({ timeMs }) => new Date(timeMs).toISOString()),
                ...bands.map(({ low, high }, band) =>
                  exportColumn<HeatmapTime>(
                    `${Math.round(low)} – ${Math.round(high)} µs`,
                    ({ column }) => column[band] ?? 0,
                  ),
                ),
              ]}
              fileName={csvFileName('latency-heatmap')}
            />
          </div>
        </>
      )}
    </details>
  );
}
