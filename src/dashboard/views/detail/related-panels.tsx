import { Link } from 'react-router';
import type { DetailAnswer, RelatedRow, ReportKind } from '../../../server/api-types.js';
import { detailPath } from '../../api/links.js';
import { RepeatBadge } from '../../components/badges.js';
import { ShareBar } from '../../components/bars.js';
import { ErrorCell } from '../../components/errors.js';
import { Figure } from '../../components/figure.js';
import { StatePanel } from '../../components/state-panel.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatCount, formatExactCount, formatRate } from '../../format/number.js';
import classes from './related-panels.module.css';

interface Panel {
  title: string;
  explain: string;
  empty: string;
  rows: RelatedRow[];
}

function panelsOf({ report, related }: DetailAnswer): Panel[] {
  const of = (kind: ReportKind): RelatedRow[] =>
    related.filter((row) => row.report === kind).sort((a, b) => b.totalUs - a.totalUs);
  if (report === 'endpoints') {
    return [
      {
        title: 'Queries it runs',
        explain: 'by time; share of the endpoint’s total time',
        empty: 'It runs no database query',
        rows: of('queries'),
      },
      {
        title: 'Web services it calls',
        explain: 'by time; share of the endpoint’s total time',
        empty: 'It calls no web service',
        rows: of('web-services'),
      },
    ];
  }
  const what = report === 'queries' ? 'query' : 'call';
  return [
    {
      title: report === 'queries' ? 'Which endpoints run it' : 'Which endpoints call it',
      explain: `by time; share of the ${what}’s total time`,
      empty: 'No caller is known in this time range',
      rows: of('endpoints'),
    },
  ];
}

/** Callers of a query or web service; for an endpoint, what it calls. */
export function RelatedPanels({ answer, search }: { answer: DetailAnswer; search: string }) {
  return (
    <div className={classes['panels']}>
      {panelsOf(answer).map((panel) => (
        <section key={panel.title} className="panel" aria-label={panel.title}>
          <h2 className={classes['title']}>
            {panel.title} <span>{panel.explain}</span>
          </h2>
          {panel.rows.length === 0 ? (
            <StatePanel kind="empty" title={panel.empty} />
          ) : (
            <RelatedTable panel={panel} answer={answer} search={search} />
          )}
        </section>
      ))}
    </div>
  );
}

function RelatedTable(props: { panel: Panel; answer: DetailAnswer; search: string }) {
  const { panel, answer, search } = props;
  return (
    <div
      className={classes['scroll']}
      tabIndex={0}
      role="region"
      aria-label={`${panel.title}: table`}
    >
      <table className={classes['table']}>
        <thead>
          <tr>
            {[
              'Name',
              'Share',
              'Calls',
              'Per request',
              'Average',
              'p95',
              'Max',
              'Total',
              'Errors',
            ].map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {panel.rows.map((row, at) => (
            <tr key={`${row.id}/${at}`}>
              <th scope="row">
                {row.id === '' ? (
                  <span className={classes['outside']}>{displayName(row.name)}</span>
                ) : (
                  <Link
                    className={`${classes['name'] ?? ''} foreign`}
                    dir="auto"
                    to={detailPath(answer.service.id, row.report, row.id, search)}
                  >
                    {displayName(row.name)}
                  </Link>
                )}
                <RepeatBadge requests={row.repeatedRequests} most={row.repeatedMax} />
              </th>
              <td>
                <ShareBar share={row.share} />
              </td>
              <td>
                <Figure text={formatCount(row.calls)} title={formatExactCount(row.calls)} />
              </td>
              <td>
                <Figure text={formatRate(row.callsPerRequest ?? Number.NaN)} />
              </td>
              <td>
                <Figure text={formatDuration(row.averageUs)} />
              </td>
              <td>
                <Figure text={formatDuration(row.p95Us)} />
              </td>
              <td>
                <Figure text={formatDuration(row.maxUs)} />
              </td>
              <td>
                <Figure text={formatDuration(row.totalUs)} />
              </td>
              <td>
                <ErrorCell calls={row.calls} errors={row.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
