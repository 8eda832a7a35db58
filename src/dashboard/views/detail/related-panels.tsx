import { Link } from 'react-router';
import type { DetailAnswer, RelatedRow, ReportKind } from '../../../server/api-types.js';
import { detailPath } from '../../api/links.js';
import { RepeatBadge } from '../../components/badges.js';
import { ShareBar } from '../../components/bars.js';
import { ErrorCell } from '../../components/errors.js';
import { Figure } from '../../components/figure.js';
import { StatePanel } from '../../components/state-panel.js';
import { ExportButton } from '../../components/table/export-button.js';
import { csvFileName } from '../../format/csv.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatCount, formatExactCount, formatRate } from '../../format/number.js';
import { RELATED_EXPORT } from './related-export.js';
import classes from './related-panels.module.css';

interface Panel {
  title: string;
  /** Of an exported file. */
  file: string;
  explain: string;
  empty: { title: string; advice: string };
  rows: RelatedRow[];
}

function panelsOf({ report, related }: DetailAnswer): Panel[] {
  const of = (kind: ReportKind): RelatedRow[] =>
    related.filter((row) => row.report === kind).sort((a, b) => b.totalUs - a.totalUs);
  if (report === 'endpoints') {
    return [
      {
        title: 'Queries it runs',
        file: 'queries-of-endpoint',
        explain: 'by time; share of the endpoint’s total time',
        empty: {
          title: 'It runs no database query',
          advice: 'None ran in this time range, or its driver is not one that is measured yet.',
        },
        rows: of('queries'),
      },
      {
        title: 'Web services it calls',
        file: 'web-services-of-endpoint',
        explain: 'by time; share of the endpoint’s total time',
        empty: {
          title: 'It calls no web service',
          advice: 'Its outbound http, https and fetch calls appear here.',
        },
        rows: of('web-services'),
      },
    ];
  }
  const what = report === 'queries' ? 'query' : 'call';
  return [
    {
      title: report === 'queries' ? 'Which endpoints run it' : 'Which endpoints call it',
      file: `callers-of-${what}`,
      explain: `by time; share of the ${what}’s total time`,
      empty: {
        title: 'No caller is known in this time range',
        advice: 'It did not run then. A longer time range may show some.',
      },
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
            <StatePanel kind="empty" {...panel.empty} />
          ) : (
            <>
              <RelatedTable panel={panel} answer={answer} search={search} />
              <div className={classes['export']}>
                <ExportButton
                  rows={panel.rows}
                  columns={RELATED_EXPORT}
                  fileName={csvFileName(answer.service.name, panel.file)}
                />
              </div>
            </>
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
