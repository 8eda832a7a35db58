import type { ReportKind, ReportRow } from '../../../server/api-types.js';
import { StatusBar, StatusLegend } from '../../components/bars.js';
import { Tile } from '../../components/tile.js';
import { formatDuration } from '../../format/duration.js';
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
        <Tile label="Average" text={formatDuration(row.averageUs)} />
        <Tile label="p50" text={formatDuration(row.p50Us)} />
        <Tile label="p95" text={formatDuration(row.p95Us)} />
        <Tile label="p99" text={formatDuration(row.p99Us)} />
        <Tile label="Max" text={formatDuration(row.maxUs)} />
        <Tile label="Total time" text={formatDuration(row.totalUs)} />
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
