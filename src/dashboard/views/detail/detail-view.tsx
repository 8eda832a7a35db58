import { Skeleton } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { DetailAnswer, ReportKind } from '../../../server/api-types.js';
import { useDetail } from '../../api/hooks.js';
import { REPORTS, reportPath, servicePath } from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { ErrorList } from '../../components/errors.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { StatePanel } from '../../components/state-panel.js';
import { useTitle } from '../../components/use-title.js';
import { displayName } from '../../format/hostile.js';
import { rangeSearch } from '../../format/range.js';
import { formatMoment } from '../../format/time.js';
import { DetailCharts } from './detail-charts.js';
import { DetailFigures } from './detail-figures.js';
import { DetailHeading } from './detail-heading.js';
import classes from './detail-view.module.css';
import { RelatedPanels } from './related-panels.js';
import { WaterfallsPanel } from './waterfalls-panel.js';

interface Props {
  serviceId: string;
  report: ReportKind;
  rowId: string;
}

/** One endpoint, query or web service: figures, charts, callers, errors. */
export function DetailView({ serviceId, report, rowId }: Props) {
  const [range] = useRange();
  const [params] = useSearchParams();
  const search = rangeSearch(params);
  const answer = useDetail(serviceId, report, rowId, range);
  const meta = REPORTS.find((candidate) => candidate.kind === report);
  const service = answer.data?.service.name ?? '…';
  useTitle(answer.data === undefined ? (meta?.title ?? '') : rowTitle(answer.data), service);
  return (
    <>
      <nav aria-label="Breadcrumb" className={classes['crumbs']}>
        <Link to={`/${search}`}>Services</Link>
        <span aria-hidden="true">/</span>
        <Link to={servicePath(serviceId, search)} className="foreign" dir="auto">
          {displayName(service, 60)}
        </Link>
        <span aria-hidden="true">/</span>
        <Link to={reportPath(serviceId, report, search)}>{meta?.title}</Link>
      </nav>
      <QueryPanel
        query={answer}
        loading={
          <>
            <Skeleton height={30} width="40%" mb="md" />
            <Skeleton height={96} radius={10} mb="md" />
            <Skeleton height={300} radius={10} />
          </>
        }
      >
        {(data) => <Detail answer={data} stale={answer.isPlaceholderData} search={search} />}
      </QueryPanel>
    </>
  );
}

const rowTitle = ({ row }: DetailAnswer): string => (row.other ? 'Other' : row.name);

function Detail({
  answer,
  stale,
  search,
}: {
  answer: DetailAnswer;
  stale: boolean;
  search: string;
}) {
  const { row, range } = answer;
  return (
    <article className={classes['detail']} data-stale={stale || undefined}>
      <DetailHeading answer={answer} search={search} />
      <DetailFigures row={row} report={answer.report} />
      <DetailCharts answer={answer} />
      <div className={classes['columns']}>
        <RelatedPanels answer={answer} search={search} />
        <section className="panel" aria-label="Errors by type">
          <h2 className={classes['panelTitle']}>Errors by type</h2>
          {row.errorTypes.length === 0 ? (
            <StatePanel
              kind="empty"
              title="No errors in this time range"
              advice="None failed. What failed before shows in a longer time range."
            />
          ) : (
            <ErrorList row={row} />
          )}
        </section>
      </div>
      <WaterfallsPanel
        serviceId={answer.service.id}
        report={answer.report}
        rowId={row.id}
        search={search}
      />
      <RangeNote
        range={range}
        more={
          row.calls > 0
            ? `first seen ${formatMoment(row.firstSeenMs)}, last ${formatMoment(row.lastSeenMs)}`
            : undefined
        }
      />
    </article>
  );
}
