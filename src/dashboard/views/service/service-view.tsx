import { Skeleton } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { ReportKind } from '../../../server/api-types.js';
import { useReport, useServices } from '../../api/hooks.js';
import { detailPath, REPORTS, reportPath } from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { SplitLegend, StatusLegend } from '../../components/bars.js';
import { LossesNote } from '../../components/losses-note.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { rowText } from '../../components/row-name.js';
import { DataTable } from '../../components/table/data-table.js';
import { StatePanel } from '../../components/state-panel.js';
import { useTitle } from '../../components/use-title.js';
import { csvFileName } from '../../format/csv.js';
import { rangeKey, rangeSearch } from '../../format/range.js';
import { FACETS, reportColumns } from './report-columns.js';
import { ServiceHeader } from './service-header.js';
import classes from './service-view.module.css';

const EMPTY: Record<ReportKind, { title: string; advice: string }> = {
  endpoints: {
    title: 'No requests in this time range',
    advice: 'The service received none, or was not running. A longer time range may show some.',
  },
  queries: {
    title: 'No database queries in this time range',
    advice:
      'Either none ran, or the database driver is not one that is measured yet; the app’s start block says which hooks it found.',
  },
  'web-services': {
    title: 'No calls to web services in this time range',
    advice: 'Outbound http, https and fetch calls of the app appear here.',
  },
};

const SORT = { key: 'totalUs', direction: 'desc' } as const;

interface Props {
  serviceId: string;
  report: ReportKind;
}

/** One service: its figures, and the three ranked reports as tabs. */
export function ServiceView({ serviceId, report }: Props) {
  const [range] = useRange();
  const [params] = useSearchParams();
  const search = rangeSearch(params);
  const answer = useReport(serviceId, report, range);
  const services = useServices(range);
  const service = services.data?.services.find((row) => row.id === serviceId);
  const meta = REPORTS.find((candidate) => candidate.kind === report);
  const name = service?.name ?? answer.data?.service.name ?? 'Service';
  useTitle(meta?.title ?? '', name);
  // The detail gets the list's whole state, and gives it back on the way up.
  const hrefOf = useCallback(
    (row: { id: string }): string => detailPath(serviceId, report, row.id, search),
    [serviceId, report, search],
  );
  const answered = answer.data?.range;
  const columns = useMemo(
    () => (answered === undefined ? [] : reportColumns(report, answered, hrefOf)),
    [report, answered, hrefOf],
  );

  return (
    <>
      <ServiceHeader name={name} service={service} loading={services.isPending} />
      <nav className={classes['tabs']} aria-label="Reports">
        {REPORTS.map((tab) => (
          <Link
            key={tab.kind}
            to={reportPath(serviceId, tab.kind, search)}
            aria-current={tab.kind === report ? 'page' : undefined}
          >
            {tab.title}
          </Link>
        ))}
      </nav>
      <QueryPanel query={answer} loading={<Skeleton height={420} radius={10} />}>
        {(data) => (
          <div data-stale={answer.isPlaceholderData || undefined} className={classes['report']}>
            <LossesNote losses={data.losses} />
            <DataTable
              key={report}
              caption={`${meta?.title ?? ''} of ${name.slice(0, 80)}, ranked`}
              noun={meta?.one ?? 'row'}
              rows={data.rows}
              columns={columns}
              facets={FACETS[report]}
              fileName={csvFileName(name, report)}
              defaultSort={SORT}
              textOf={rowText}
              scope={`${report}|${rangeKey(range)}`}
              hrefOf={hrefOf}
              isOther={(row) => row.other}
              filterLabel={
                report === 'queries'
                  ? 'Filter by text, table, operation…'
                  : 'Filter by name, method, error…'
              }
              empty={<StatePanel kind="empty" {...EMPTY[report]} />}
            />
            <div className={classes['foot']}>
              <RangeNote range={data.range} />
              {report === 'endpoints' && data.rows.length > 0 && <SplitLegend />}
              {report === 'web-services' && data.rows.length > 0 && <StatusLegend />}
            </div>
          </div>
        )}
      </QueryPanel>
    </>
  );
}
