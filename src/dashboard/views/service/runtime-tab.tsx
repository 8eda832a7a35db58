import { Skeleton } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { RuntimeAnswer, RuntimePoint } from '../../../server/api-types.js';
import { useRuntime } from '../../api/hooks.js';
import { servicePagePath } from '../../api/links.js';
import { useParam, useRange } from '../../api/url-state.js';
import { ChartPanel } from '../../components/chart/chart-panel.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { StatePanel } from '../../components/state-panel.js';
import { DataTable } from '../../components/table/data-table.js';
import tableClasses from '../../components/table/data-table.module.css';
import { csvFileName } from '../../format/csv.js';
import { displayName } from '../../format/hostile.js';
import { formatExactCount } from '../../format/number.js';
import { rangeKey, zoomRange } from '../../format/range.js';
import { instanceColumns, instanceName } from './runtime-columns.js';
import { RUNTIME_CHARTS } from './runtime-series.js';
import classes from './service-view.module.css';

interface Props {
  serviceId: string;
  serviceName: string;
}

/** What the service's processes measured of themselves. */
export function RuntimeTab({ serviceId, serviceName }: Props) {
  const [range] = useRange();
  const [instance] = useParam('instance');
  const answer = useRuntime(serviceId, instance ?? '', range);
  return (
    <QueryPanel query={answer} loading={<Skeleton height={420} radius={10} />}>
      {(data) => (
        <div data-stale={answer.isPlaceholderData || undefined} className={classes['report']}>
          {data.instances.length === 0 && data.chart.length === 0 ? (
            <div className="panel">
              <StatePanel
                kind="empty"
                title="No process measured itself in this time range"
                advice="Processes with the Retrace runtime report event loop, garbage collection, heap and CPU every window. An older runtime, or one that did not live for a whole window, reports none."
              />
            </div>
          ) : (
            <>
              <InstanceSelect answer={data} />
              <Charts answer={data} />
              <Instances answer={data} serviceId={serviceId} serviceName={serviceName} />
            </>
          )}
          <div className={classes['foot']}>
            <RangeNote range={data.range} more={cutNote(data)} />
          </div>
        </div>
      )}
    </QueryPanel>
  );
}

function cutNote({ instances, instancesSeen }: RuntimeAnswer): string | undefined {
  return instancesSeen > instances.length
    ? `the latest ${formatExactCount(instances.length)} of ${formatExactCount(instancesSeen)} processes`
    : undefined;
}

function InstanceSelect({ answer }: { answer: RuntimeAnswer }) {
  const [chosen, choose] = useParam('instance');
  return (
    <div className={classes['choice']}>
      <label className={tableClasses['facet']}>
        <span>Process</span>
        <select value={chosen ?? ''} onChange={(event) => choose(event.target.value, false)}>
          <option value="">All together</option>
          {chosen !== null && !answer.instances.some((one) => one.id === chosen) && (
            <option value={chosen}>(not in this time range)</option>
          )}
          {answer.instances.map((one) => (
            <option key={one.id} value={one.id}>
              {displayName(instanceName(one), 80)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Charts({ answer }: { answer: RuntimeAnswer }) {
  const [, setRange] = useRange();
  const { range, chart } = answer;
  return (
    <div className={classes['charts']}>
      {RUNTIME_CHARTS.map(({ has, caution, note, ...panel }) => (
        <ChartPanel<RuntimePoint>
          key={panel.title}
          {...panel}
          note={[caution?.(chart), note].filter(Boolean).join(' · ')}
          points={chart.filter(has)}
          range={range}
          syncKey="runtime"
          empty={{
            title: 'Not measured in this time range',
            advice: 'The runtime of these processes does not report it.',
          }}
          onZoom={(fromMs, toMs) => setRange(zoomRange(fromMs, toMs, range.bucketSeconds))}
        />
      ))}
    </div>
  );
}

function Instances({ answer, serviceId, serviceName }: Props & { answer: RuntimeAnswer }) {
  const [range] = useRange();
  const [params] = useSearchParams();
  const text = params.toString();
  const hrefOf = useCallback(
    (row: { id: string }): string => {
      const next = new URLSearchParams(text);
      next.set('instance', row.id);
      return servicePagePath(serviceId, 'runtime', `?${next.toString()}`);
    },
    [serviceId, text],
  );
  const columns = useMemo(() => instanceColumns(hrefOf), [hrefOf]);
  return (
    <DataTable
      caption={`Processes of ${serviceName.slice(0, 80)}`}
      noun="process"
      rows={answer.instances}
      columns={columns}
      defaultSort={{ key: 'lastSeenMs', direction: 'desc' }}
      textOf={(row) => `${row.hostName} ${row.runtime} ${row.version}`}
      scope={`runtime|${rangeKey(range)}`}
      hrefOf={hrefOf}
      fileName={csvFileName(serviceName, 'processes')}
      filterLabel="Filter by host, runtime, version…"
      empty={
        <StatePanel
          kind="empty"
          title="No process in this time range"
          advice="A longer time range may show some."
        />
      }
    />
  );
}
