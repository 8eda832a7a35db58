import { Skeleton } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { ReportAnswer, ReportKind } from '../../../server/api-types.js';
import { useReport } from '../../api/hooks.js';
import { detailPath, REPORTS } from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { SplitLegend, StatusLegend } from '../../components/bars.js';
import { LossesNote } from '../../components/losses-note.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { rowText } from '../../components/row-name.js';
import { StatePanel } from '../../components/state-panel.js';
import { DataTable } from '../../components/table/data-table.js';
import { csvFileName } from '../../format/csv.js';
import { formatExactCount } from '../../format/number.js';
import { rangeKey, rangeSearch } from '../../format/range.js';
import { CompareButton, useComparing } from './compare-button.js';
import { CompareSummary } from './compare-summary.js';
import { EMPTY_REPORT } from './empty-report.js';
import { EndpointSelect } from './endpoint-select.js';
import { FACETS, reportColumns } from './report-columns.js';
import classes from './service-view.module.css';

const SORT = { key: 'totalUs', direction: 'desc' } as const;

interface Props {
  serviceId: string;
  serviceName: string;
  report: ReportKind;
}

/** One ranked report of a service. */
export function ReportTab({ serviceId, serviceName, report }: Props) {
  const [range] = useRange();
  const [params] = useSearchParams();
  const search = rangeSearch(params);
  const comparing = useComparing();
  const endpoint = report === 'endpoints' ? '' : (params.get('endpoint') ?? '');
  const choice = useMemo(() => ({ endpoint, compare: comparing }), [endpoint, comparing]);
  const answer = useReport(serviceId, report, range, choice);
  const meta = REPORTS.find((candidate) => candidate.kind === report);
  const hrefOf = useCallback(
    (row: { id: string }): string => detailPath(serviceId, report, row.id, search),
    [serviceId, report, search],
  );
  const answered = answer.data?.range;
  const columns = useMemo(
    () => (answered === undefined ? [] : reportColumns(report, answered, hrefOf, comparing)),
    [report, answered, hrefOf, comparing],
  );
  return (
    <QueryPanel query={answer} loading={<Skeleton height={420} radius={10} />}>
      {(data) => (
        <div data-stale={answer.isPlaceholderData || undefined} className={classes['report']}>
          <LossesNote losses={data.losses} />
          <CompareSummary answer={data} />
          <DataTable
            caption={`${meta?.title ?? ''} of ${serviceName.slice(0, 80)}, ranked`}
            noun={meta?.one ?? 'row'}
            rows={data.rows}
            columns={columns}
            facets={FACETS[report]}
            defaultSort={SORT}
            textOf={rowText}
            scope={`${report}|${rangeKey(range)}|${endpoint}`}
            hrefOf={hrefOf}
            isOther={(row) => row.other}
            fileName={csvFileName(serviceName, report)}
            filterLabel={
              report === 'queries'
                ? 'Filter by text, table, operation…'
                : 'Filter by name, method, error…'
            }
            choices={report !== 'endpoints' && <EndpointSelect serviceId={serviceId} />}
            actions={<CompareButton />}
            empty={<StatePanel kind="empty" {...EMPTY_REPORT[report]} />}
          />
          <div className={classes['foot']}>
            <RangeNote range={data.range} more={cutNote(data)} />
            {report === 'endpoints' && data.rows.length > 0 && <SplitLegend />}
            {report === 'web-services' && data.rows.length > 0 && <StatusLegend />}
          </div>
        </div>
      )}
    </QueryPanel>
  );
}

/** Never silently: what the server's limit cut. */
function cutNote({ rows, matched }: ReportAnswer): string | undefined {
  const shown = rows.filter((row) => row.change !== 'gone').length;
  return matched > shown
    ? `the ${formatExactCount(shown)} with the most time of ${formatExactCount(matched)}`
    : undefined;
}
