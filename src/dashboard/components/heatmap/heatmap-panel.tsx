import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Heatmap, Range } from '../../../server/api-types.js';
import { formatDuration } from '../../format/duration.js';
import { moveCell, trimBands, type Cell } from '../../format/heatmap.js';
import { formatExactCount, formatPercent } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import panel from '../chart/chart-panel.module.css';
import { StatePanel } from '../state-panel.js';
import { drawHeatmap, FRAME, plotOf } from './heatmap-canvas.js';
import { HeatmapFigures } from './heatmap-figures.js';
import classes from './heatmap.module.css';

interface Props {
  heatmap: Heatmap;
  range: Range;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** A drag shorter than this is a click. */
const MIN_DRAG_PX = 6;

/** How latency is spread over time: pointer, arrow keys or table. */
export function HeatmapPanel({ heatmap: whole, range, onZoom }: Props) {
  const heatmap = useMemo(() => trimBands(whole), [whole]);
  return (
    <section className={`panel ${panel['panel'] ?? ''}`} aria-label="Latency heatmap">
      <h2>
        Latency heatmap{' '}
        <span className={panel['hint']}>
          the stronger the colour, the more calls · drag to zoom
        </span>
      </h2>
      {heatmap.counts.length === 0 ? (
        <StatePanel
          kind="empty"
          title="No calls in this time range"
          advice="A longer time range may show some."
        />
      ) : (
        <>
          <HeatmapPlot heatmap={heatmap} range={range} onZoom={onZoom} />
          <HeatmapFigures heatmap={heatmap} />
        </>
      )}
    </section>
  );
}

function HeatmapPlot({ heatmap, range, onZoom }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<Cell>();
  const [drag, setDrag] = useState<{ fromPx: number; toPx: number }>();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const { stepMs } = heatmap;
  const bands = heatmap.boundsUs.length - 1;
  const { fromMs, toMs } = range;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (canvas.current === null || width === 0) return;
    drawHeatmap(canvas.current, { heatmap, fromMs, toMs, width, cursor });
  }, [heatmap, fromMs, toMs, width, cursor, scheme]);

  const plot = plotOf(width);
  const pxOf = (event: PointerEvent<HTMLElement>): { x: number; y: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const timeAt = (x: number): number =>
    fromMs + (Math.min(Math.max(x - plot.left, 0), plot.width) / plot.width) * (toMs - fromMs);

  function point(event: PointerEvent<HTMLElement>): void {
    const { x, y } = pxOf(event);
    if (drag !== undefined) setDrag({ ...drag, toPx: x });
    const band = Math.floor(((plot.top + plot.height - y) / plot.height) * bands);
    const inside = x >= plot.left && x < plot.left + plot.width && band >= 0 && band < bands;
    const column = Math.floor((timeAt(x) - heatmap.fromMs) / stepMs);
    setCursor((now) => {
      if (!inside || column < 0 || column >= heatmap.counts.length) return undefined;
      return now?.column === column && now.band === band ? now : { column, band };
    });
  }

  function press(event: KeyboardEvent): void {
    if (event.key === 'Enter' && cursor !== undefined) {
      const start = heatmap.fromMs + cursor.column * stepMs;
      onZoom(start, start + stepMs);
    }
    const next = moveCell(cursor ?? { column: 0, band: 0 }, event.key, heatmap);
    if (next === undefined) return;
    event.preventDefault();
    setCursor(next);
  }

  function drop(): void {
    if (drag === undefined) return;
    setDrag(undefined);
    if (Math.abs(drag.toPx - drag.fromPx) < MIN_DRAG_PX) return;
    const [a, b] = [timeAt(drag.fromPx), timeAt(drag.toPx)];
    onZoom(Math.min(a, b), Math.max(a, b));
  }

  return (
    <>
      <div
        ref={holder}
        className={classes['plot']}
        style={{ height: FRAME.height }}
        tabIndex={0}
        role="group"
        aria-label="Latency heatmap: arrow keys move over time and latency, Enter zooms into the time"
        onKeyDown={press}
        onBlur={() => setCursor(undefined)}
        onPointerMove={point}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const { x } = pxOf(event);
          setDrag({ fromPx: x, toPx: x });
        }}
        onPointerUp={drop}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setCursor(undefined)}
      >
        <canvas ref={canvas} aria-hidden="true" />
        {drag !== undefined && (
          <span
            className={classes['selection']}
            style={{
              left: Math.min(drag.fromPx, drag.toPx),
              width: Math.abs(drag.toPx - drag.fromPx),
              top: plot.top,
              height: plot.height,
            }}
          />
        )}
      </div>
      <p className={`${classes['cell'] ?? ''} num`} aria-live="polite">
        {cursor === undefined ? '\u00a0' : describeCell(heatmap, cursor)}
      </p>
    </>
  );
}

/** `11:03 · 45.3 ms – 64.0 ms · 12 calls, 34% of that time`. */
function describeCell({ boundsUs, counts, fromMs, stepMs }: Heatmap, cell: Cell): string {
  const column = counts[cell.column] ?? [];
  const count = column[cell.band] ?? 0;
  const all = column.reduce((sum, one) => sum + one, 0);
  const share = all === 0 ? '' : `, ${formatPercent(count / all)} of that time`;
  const low = formatDuration(boundsUs[cell.band] ?? 0);
  const high = formatDuration(boundsUs[cell.band + 1] ?? 0);
  return `${formatMoment(fromMs + cell.column * stepMs)} · ${low} – ${high} · ${formatExactCount(count)} ${
    count === 1 ? 'call' : 'calls'
  }${share}`;
}
