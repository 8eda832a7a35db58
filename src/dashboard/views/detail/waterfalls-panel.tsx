import { Skeleton } from '@mantine/core';
import { useEffect, useRef, type RefObject } from 'react';
import { useNavigationType } from 'react-router';
import type { ReportKind } from '../../../server/api-types.js';
import { useWaterfalls } from '../../api/hooks.js';
import { useParam, useRange } from '../../api/url-state.js';
import { QueryPanel } from '../../components/query-panel.js';
import { StatePanel } from '../../components/state-panel.js';
import { formatExactCount } from '../../format/number.js';
import { rangeKey } from '../../format/range.js';
import type { DetailRow } from './detail-row.js';
import { SlowestRequests } from './slowest-requests.js';
import classes from './waterfalls.module.css';

const WHAT: Readonly<Record<ReportKind, string>> = {
  endpoints: 'of this endpoint',
  queries: 'in which this query ran',
  'web-services': 'in which this call was made',
};

/** Slow requests in which the row took part, and one of them drawn over time. */
export function WaterfallsPanel(props: DetailRow) {
  const { serviceId, report, rowId } = props;
  const [range] = useRange();
  const [asked] = useParam('waterfall');
  const answer = useWaterfalls(serviceId, report, rowId, range);
  const panel = useRef<HTMLElement>(null);
  useScrollToAsked(panel, asked !== null);
  return (
    <section ref={panel} className={`panel ${classes['panel'] ?? ''}`} aria-label="Slow requests">
      <h2 className={classes['title']}>
        Slow requests <span>{WHAT[report]}, without any value</span>
      </h2>
      <QueryPanel query={answer} loading={<Skeleton height={180} m="md" />}>
        {(data) => (
          <>
            {data.waterfalls.length === 0 && (
              <StatePanel
                kind="empty"
                title={`No slow request ${WHAT[report]} is kept in this time range`}
                advice={`Kept are the ${formatExactCount(data.keptPerEndpointAndDay)} slowest requests of each endpoint and day, of those that ran a query or made a call. A longer time range may show some.`}
              />
            )}
            {(data.waterfalls.length > 0 || asked !== null) && (
              <SlowestRequests
                key={`${rowId}/${rangeKey(range)}`}
                {...props}
                answer={data}
                asked={asked}
              />
            )}
          </>
        )}
      </QueryPanel>
    </section>
  );
}

/** A page that is opened with a slow request in its address shows it, not the page's head. */
function useScrollToAsked(panel: RefObject<HTMLElement | null>, asked: boolean): void {
  const opened = useNavigationType() === 'POP';
  const first = useRef(true);
  useEffect(() => {
    if (first.current && opened && asked && scrollY === 0) panel.current?.scrollIntoView();
    first.current = false;
  }, [panel, opened, asked]);
}
