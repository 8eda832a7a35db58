import { Skeleton } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { ReportKind, WaterfallsAnswer, WaterfallSummary } from '../../../server/api-types.js';
import { useWaterfall, useWaterfalls } from '../../api/hooks.js';
import { useRange } from '../../api/url-state.js';
import { SplitBar } from '../../components/bars.js';
import { QueryPanel } from '../../components/query-panel.js';
import { StatePanel } from '../../components/state-panel.js';
import { ExportButton } from '../../components/table/export-button.js';
import { csvFileName } from '../../format/csv.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatExactCount } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import { SPAN_EXPORT } from './waterfall-export.js';
import { WaterfallRows } from './waterfall-rows.js';
import classes from './waterfalls.module.css';

interface Props {
  serviceId: string;
  report: ReportKind;
  rowId: string;
  search: string;
}

const WHAT: Readonly<Record<ReportKind, string>> = {
  endpoints: 'of this endpoint',
  queries: 'in which this query ran',
  'web-services': 'in which this call was made',
};

/** Slow requests in which the row took part, and one of them drawn over time. */
export function WaterfallsPanel(props: Props) {
  const { serviceId, report, rowId } = props;
  const [range] = useRange();
  const answer = useWaterfalls(serviceId, report, rowId, range);
  return (
    <section className="panel" aria-label="Slow requests">
      <h2 className={classes['title']}>
        Slow requests <span>{WHAT[report]}, without any value</span>
      </h2>
      <QueryPanel query={answer} loading={<Skeleton height={180} m="md" />}>
        {(data) =>
          data.waterfalls.length === 0 ? (
            <StatePanel
              kind="empty"
              title={`No slow request ${WHAT[report]} is kept in this time range`}
              advice={`Runtimes keep the ${formatExactCount(data.keptPerEndpointAndDay)} slowest requests of each endpoint and day, and none that were fast. A longer time range may show some.`}
            />
          ) : (
            <Slowest {...props} answer={data} />
          )
        }
      </QueryPanel>
    </section>
  );
}

function Slowest({ answer, ...props }: Props & { answer: WaterfallsAnswer }) {
  const [params] = useSearchParams();
  const asked = params.get('waterfall');
  const first = answer.waterfalls[0]?.id ?? '';
  // A link to one that is not among the slowest any more still opens it.
  const chosen = asked ?? first;
  const hrefOf = (id: string): string => {
    const next = new URLSearchParams(params);
    next.set('waterfall', id);
    return `?${next.toString()}`;
  };
  return (
    <div className={classes['both']}>
      <div>
        <ol className={classes['list']} aria-label="Slowest first">
          {answer.waterfalls.map((one) => (
            <li key={one.id}>
              <Link
                to={hrefOf(one.id)}
                preventScrollReset
                aria-current={one.id === chosen ? 'true' : undefined}
              >
                <Summary one={one} report={props.report} />
              </Link>
            </li>
          ))}
        </ol>
        {answer.matched > answer.waterfalls.length && (
          <p className={classes['more']}>
            the slowest {formatExactCount(answer.waterfalls.length)} of{' '}
            {formatExactCount(answer.matched)}
          </p>
        )}
      </div>
      <Chosen key={chosen} id={chosen} {...props} />
    </div>
  );
}

function Summary({ one, report }: { one: WaterfallSummary; report: ReportKind }) {
  const { matched } = one;
  return (
    <>
      <span className={classes['summary']}>
        <b className="num">{formatDuration(one.durationUs)}</b>
        <span className="unit">{formatMoment(one.timeMs)}</span>
        {one.errorType !== '' && (
          <span className={classes['failed']}>{displayName(one.errorType, 30)}</span>
        )}
      </span>
      {report !== 'endpoints' && (
        <span className={`${classes['endpoint'] ?? ''} foreign`}>
          {displayName(one.endpoint.name, 80)}
          {matched !== undefined && (
            <span className="unit">
              {' '}
              · {formatExactCount(matched.calls)}× here, {formatDuration(matched.totalUs)}
            </span>
          )}
        </span>
      )}
      <SplitBar split={one} />
    </>
  );
}

function Chosen({ id, serviceId, report, rowId, search }: Props & { id: string }) {
  const answer = useWaterfall(serviceId, id);
  return (
    <QueryPanel query={answer} loading={<Skeleton height={180} m="md" />}>
      {(data) => (
        <div className={classes['chosen']}>
          <WaterfallRows answer={data} mark={{ report, id: rowId }} search={search} />
          <div className={classes['export']}>
            <ExportButton
              rows={data.spans}
              columns={SPAN_EXPORT}
              fileName={csvFileName(data.service.name, 'slow-request')}
            />
          </div>
        </div>
      )}
    </QueryPanel>
  );
}
