import type { ReportKind, ReportRow } from '../../../server/api-types.js';
import { StatusBar, StatusLegend } from '../../components/bars.js';
import { Tile } from '../../components/tile.js';
import { formatTiming } from '../../format/duration.js';
import {
  errorRate,
  formatCount,
  formatExactCount,
  formatPercent,
  formatRate,
} from '../../format/number.js';
import { REPORTS } from '../../api/links.js';
import classes from './detail-view.module.css';

/** The row's figures, all of them. */
export function DetailFigures({ row, report }: { row: ReportRow; report: ReportKind }) {
  const title =
    REPORTS.find((candidate) => candidate.kind === report)?.title.toLowerCase() ?? 'calls';
  return (
    <>
      <div className={classes['tiles']}>
        <Tile label="Calls" text={formatCount(row.calls)} title={formatExactCount(row.calls)} />
        <Tile label="Calls/min" text={formatRate(row.callsPerMinute)} />
        <Tile label="Average" text={formatTiming(row.averageUs, row.calls)} />
        <Tile label="p50" text={formatTiming(row.p50Us, row.calls)} />
        <Tile label="p95" text={formatTiming(row.p95Us, row.calls)} />
        <Tile label="p99" text={formatTiming(row.p99Us, row.calls)} />
        <Tile label="Max" text={formatTiming(row.maxUs, row.calls)} />
        <Tile label="Total time" text={formatTiming(row.totalUs, row.calls)} />
        <Tile label="Share" text={formatPercent(row.share)} title={`of the time in all ${title}`} />
        <Tile
          label="Errors"
          text={formatPercent(errorRate(row))}
          title={`${formatExactCount(row.errors)} failed calls`}
          bad={row.errors > 0}
        />
        {row.endpoint !== undefined && (
          <Tile label="Queries/req" text={formatRate(row.endpoint.queriesPerRequest)} />
        )}
      </div>
      {row.call !== undefined && (
        <div className={`panel ${classes['split'] ?? ''}`}>
          <StatusBar statuses={row.call.statuses} />
          <StatusLegend statuses={row.call.statuses} />
        </div>
      )}
    </>
  );
}
