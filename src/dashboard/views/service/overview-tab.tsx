import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ChartPoint, ComponentPoint, ServiceAnswer } from '../../../server/api-types.js';
import { useRange } from '../../api/url-state.js';
import { ChartPanel } from '../../components/chart/chart-panel.js';
import { COMPONENT_SERIES, CALL_SERIES, LATENCY_SERIES } from '../../components/chart/series.js';
import { LossesNote } from '../../components/losses-note.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { zoomRange } from '../../format/range.js';
import { RuntimesPanel } from './runtimes-panel.js';
import classes from './service-view.module.css';
import { TopRows } from './top-rows.js';

interface Props {
  answer: UseQueryResult<ServiceAnswer, Error>;
  search: string;
}

/** Where the service's time goes over time, and what takes most of it. */
export function OverviewTab({ answer, search }: Props) {
  return (
    <QueryPanel query={answer} loading={<Skeleton height={420} radius={10} />}>
      {(data) => (
        <div data-stale={answer.isPlaceholderData || undefined} className={classes['report']}>
          <LossesNote losses={data.losses} />
          <Charts data={data} />
          <div className={classes['tops']}>
            <TopRows service={data.service} report="endpoints" search={search} />
            <TopRows service={data.service} report="queries" search={search} />
            <TopRows service={data.service} report="web-services" search={search} />
            <RuntimesPanel runtimes={data.service.runtimes} />
          </div>
          <div className={classes['foot']}>
            <RangeNote range={data.range} />
          </div>
        </div>
      )}
    </QueryPanel>
  );
}

function Charts({ data }: { data: ServiceAnswer }) {
  const [, setRange] = useRange();
  const { range, chart, components } = data;
  const shared = {
    range,
    syncKey: 'service',
    onZoom: (fromMs: number, toMs: number) =>
      setRange(zoomRange(fromMs, toMs, range.bucketSeconds)),
  };
  return (
    <div className={classes['charts']}>
      <div className={classes['wide']}>
        <ChartPanel<ComponentPoint>
          title="Time by component"
          note="of all requests together · drag to zoom"
          kind="duration"
          points={components}
          series={COMPONENT_SERIES}
          empty={{
            title: 'No requests in this time range',
            advice: 'The split of a request’s time is known for apps that run the Retrace runtime.',
          }}
          {...shared}
        />
      </div>
      <ChartPanel<ChartPoint>
        title="Latency"
        kind="duration"
        points={chart}
        series={LATENCY_SERIES}
        {...shared}
      />
      <ChartPanel<ChartPoint>
        title="Requests and errors"
        kind="count"
        points={chart}
        series={CALL_SERIES}
        {...shared}
      />
    </div>
  );
}
