import type { FailureCount, ReportKind, ReportRow } from '../../../server/api-types.js';
import { apdexWords } from '../../components/apdex.js';
import { StatusBar, StatusLegend } from '../../components/bars.js';
import { Tile } from '../../components/tile.js';
import { formatApdex, rateApdex } from '../../format/apdex.js';
import { formatTiming } from '../../format/duration.js';
import {
  errorRate,
  formatCount,
  formatExactCount,
  formatPercent,
  formatRate,
} from '../../format/number.js';
import { displayName } from '../../format/hostile.js';
import { REPORTS } from '../../api/links.js';
import classes from './detail-view.module.css';

const FAILURE_WORDS: Record<FailureCount['kind'], string> = {
  timeout: 'timed out',
  refused: 'connection refused',
  dns: 'name not found',
  tls: 'TLS failed',
  closed: 'connection closed',
  cancelled: 'cancelled by the app',
  other: 'failed otherwise',
};

/** The row's figures, all of them. */
export function DetailFigures({ row, report }: { row: ReportRow; report: ReportKind }) {
  const title =
    REPORTS.find((candidate) => candidate.kind === report)?.title.toLowerCase() ?? 'calls';
  const statuses = row.call?.statuses ?? row.endpoint?.statuses;
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
        {row.callsPerRequest !== undefined && (
          <Tile
            label="Per request"
            text={formatRate(row.callsPerRequest ?? Number.NaN)}
            title="Calls per request of the endpoints that make them"
          />
        )}
        {row.endpoint !== undefined && (
          <Tile
            label={`Apdex, ${rateApdex(row.endpoint.apdex.score).word.toLowerCase()}`}
            text={formatApdex(row.endpoint.apdex.score)}
            title={apdexWords(row.endpoint.apdex)}
          />
        )}
        {row.endpoint !== undefined && (
          <Tile label="Queries/req" text={formatRate(row.endpoint.queriesPerRequest)} />
        )}
      </div>
      {statuses !== undefined && (
        <div className={`panel ${classes['split'] ?? ''}`}>
          <StatusBar statuses={statuses} />
          <StatusLegend statuses={statuses} />
          {row.call !== undefined && row.call.failures.length > 0 && (
            <p className={classes['failures']}>
              No answer:{' '}
              {row.call.failures
                .map(
                  ({ kind, type, calls }) =>
                    `${FAILURE_WORDS[kind]} ${formatExactCount(calls)} (${displayName(type, 40)})`,
                )
                .join(', ')}
            </p>
          )}
        </div>
      )}
    </>
  );
}
