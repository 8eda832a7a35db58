import { useState } from 'react';
import { formatDuration } from '../../format/duration.js';
import type { Heatmap } from '../../format/heatmap.js';
import { formatExactCount } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import classes from '../chart/chart-panel.module.css';

/** The heatmap as a table: one line per time, one column per latency band. */
export function HeatmapFigures({ heatmap: { edgesUs, columns } }: { heatmap: Heatmap }) {
  const [opened, setOpened] = useState(false);
  const bands = edgesUs.slice(0, -1).map((low, at) => ({ low, high: edgesUs[at + 1] ?? low }));
  return (
    <details
      className={classes['figures']}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>Figures of latency heatmap</summary>
      {opened && (
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
              {columns.map(({ timeMs, counts }) => (
                <tr key={timeMs}>
                  <th scope="row">{formatMoment(timeMs)}</th>
                  {bands.map(({ low }, at) => (
                    <td key={low}>{formatExactCount(counts[at] ?? 0)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
