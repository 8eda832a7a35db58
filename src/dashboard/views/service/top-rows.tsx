import { Skeleton } from '@mantine/core';
import { Link } from 'react-router';
import type { ReportKind, ServiceRow } from '../../../server/api-types.js';
import { useReport } from '../../api/hooks.js';
import { detailPath, REPORTS, reportPath } from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { ShareBar } from '../../components/bars.js';
import { Figure } from '../../components/figure.js';
import { QueryPanel } from '../../components/query-panel.js';
import { StatePanel } from '../../components/state-panel.js';
import { formatTiming } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { EMPTY_REPORT } from './empty-report.js';
import classes from './top-rows.module.css';

const TOP = 5;
const ALL = { endpoint: '', compare: false };

interface Props {
  service: ServiceRow;
  report: ReportKind;
  search: string;
}

/** The few rows of a report that take most of the time. */
export function TopRows({ service, report, search }: Props) {
  const [range] = useRange();
  const answer = useReport(service.id, report, range, ALL);
  const title = REPORTS.find((one) => one.kind === report)?.title ?? '';
  return (
    <section className="panel" aria-label={`${title} by time`}>
      <h2 className={classes['title']}>
        {title} <span>by total time</span>
        <Link to={reportPath(service.id, report, search)}>All {title.toLowerCase()}</Link>
      </h2>
      <QueryPanel query={answer} loading={<Skeleton height={180} />}>
        {({ rows }) =>
          rows.length === 0 ? (
            <StatePanel kind="empty" {...EMPTY_REPORT[report]} />
          ) : (
            <ol className={classes['list']}>
              {rows.slice(0, TOP).map((row) => (
                <li key={row.id}>
                  <Link
                    className="foreign"
                    dir="auto"
                    to={detailPath(service.id, report, row.id, search)}
                  >
                    {row.other ? 'Other' : displayName(row.name, 120)}
                  </Link>
                  <span className={classes['figures']}>
                    <span title="p95">
                      <span className="unit">p95</span>{' '}
                      <Figure text={formatTiming(row.p95Us, row.calls)} />
                    </span>
                    <ShareBar share={row.share} />
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </QueryPanel>
    </section>
  );
}
