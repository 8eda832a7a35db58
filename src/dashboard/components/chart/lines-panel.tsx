import { useMemo, type ReactNode } from 'react';
import type { Range } from '../../../server/api-types.js';
import { useRange } from '../../api/url-state.js';
import { pointsOfLines, type LinePoint } from '../../format/chart-data.js';
import { zoomRange } from '../../format/range.js';
import { ChartPanel } from './chart-panel.js';
import type { ChartKind, ChartSeries } from './chart-series.js';

export interface Line {
  label: string;
  values: readonly (number | null)[];
  /** Default: the next of the palette. */
  color?: string;
  style?: 'line' | 'dashed';
}

interface Props {
  title: string;
  note?: string;
  kind: ChartKind;
  range: Range;
  timesMs: readonly number[];
  lines: readonly Line[];
  /** Areas on top of each other, the last at the bottom. */
  stacked?: boolean;
  empty: { title: string; advice: ReactNode };
  syncKey: string;
}

const PALETTE = ['--database', '--web', '--p50', '--p99', '--own', '--error', '--ok', '--warn'];

/** A chart of lines that share their times; a drag zooms the page. */
export function LinesPanel(props: Props) {
  const { title, note, kind, range, timesMs, lines, stacked = false, empty, syncKey } = props;
  const [, setRange] = useRange();
  const looks = lines
    .map(({ label, color, style }, at) =>
      [label, color ?? PALETTE[at % PALETTE.length], stacked ? 'stacked' : (style ?? 'line')].join(
        '\n',
      ),
    )
    .join('\n\n');
  // The chart is made anew when its lines change, not when figures come in.
  const series = useMemo(
    () =>
      looks.split('\n\n').map((look, at): ChartSeries<LinePoint> => {
        const [label = '', color = '', style = 'line'] = look.split('\n');
        return {
          key: `${at}`,
          label,
          color,
          style: style as ChartSeries<LinePoint>['style'],
          value: (point) => point.values[at] ?? null,
          empty: null,
        };
      }),
    [looks],
  );
  const points = useMemo(
    () =>
      pointsOfLines(
        timesMs,
        lines.map((line) => line.values),
      ),
    [timesMs, lines],
  );
  return (
    <ChartPanel
      title={title}
      note={note}
      kind={kind}
      range={range}
      points={points}
      series={series}
      empty={empty}
      syncKey={syncKey}
      onZoom={(fromMs, toMs) => setRange(zoomRange(fromMs, toMs, range.bucketSeconds))}
    />
  );
}
