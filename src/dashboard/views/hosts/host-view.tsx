import { Skeleton } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { HostAnswer } from '../../../server/api-types.js';
import { useHost } from '../../api/hooks.js';
import { HOST_TABS, hostPath, servicePath, type HostTab } from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { Tag } from '../../components/badges.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { Tile } from '../../components/tile.js';
import { useTitle } from '../../components/use-title.js';
import { formatByteRate, formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatPercent, formatRate, NONE, plural } from '../../format/number.js';
import { rangeSearch } from '../../format/range.js';
import { formatAgo } from '../../format/time.js';
import frame from '../service/service-view.module.css';
import { HostCharts } from './host-charts.js';
import { HostHardwarePanel } from './host-hardware.js';
import { ApplicationsTab, CollectorsTab, FileSystemsTab, ProcessesTab } from './host-tables.js';
import classes from './host-view.module.css';

interface Props {
  hostId: string;
  tab: HostTab;
}

/** One host: how it is over time, and what is on it. */
export function HostView({ hostId, tab }: Props) {
  const [range] = useRange();
  const [params] = useSearchParams();
  const search = rangeSearch(params);
  const answer = useHost(hostId, range);
  const name = displayName(answer.data?.host.name ?? '', 160, 'Host');
  useTitle(HOST_TABS.find((one) => one.tab === tab)?.title ?? '', name);
  return (
    <>
      <header className={frame['header']}>
        <nav aria-label="Breadcrumb" className={frame['crumbs']}>
          <Link to={`/hosts${search}`}>Hosts</Link>
        </nav>
        <div className={frame['title']}>
          <h1 className="foreign" dir="auto">
            {name}
          </h1>
          {answer.data !== undefined && <Facts answer={answer.data} />}
        </div>
      </header>
      <QueryPanel query={answer} loading={<Skeleton height={420} radius={10} />}>
        {(data) => (
          <div data-stale={answer.isPlaceholderData || undefined} className={frame['report']}>
            <Tiles answer={data} />
            <nav className={frame['tabs']} aria-label="About this host">
              {HOST_TABS.map((one) => (
                <Link
                  key={one.tab}
                  to={hostPath(hostId, search, one.tab)}
                  aria-current={one.tab === tab ? 'page' : undefined}
                >
                  {one.title}
                </Link>
              ))}
            </nav>
            {tab === 'overview' && (
              <>
                <HostCharts answer={data} />
                <div className={frame['tops']}>
                  <HostHardwarePanel answer={data} />
                  <ServicesPanel answer={data} search={search} />
                </div>
              </>
            )}
            {tab === 'file-systems' && <FileSystemsTab answer={data} />}
            {tab === 'processes' && <ProcessesTab answer={data} search={search} />}
            {tab === 'applications' && <ApplicationsTab answer={data} />}
            {tab === 'collectors' && <CollectorsTab answer={data} />}
            <div className={frame['foot']}>
              <RangeNote range={data.range} />
            </div>
          </div>
        )}
      </QueryPanel>
    </>
  );
}

function Facts({ answer: { host, hardware } }: { answer: HostAnswer }) {
  const system = [hardware.osName, hardware.osVersion].filter((part) => part !== '').join(' ');
  return (
    <>
      {system !== '' && <Tag>{displayName(system, 60)}</Tag>}
      {host.arch !== '' && <Tag>{displayName(host.arch, 20)}</Tag>}
      <span className={frame['seen']}>
        {host.agentVersion !== '' && `agent v${displayName(host.agentVersion, 30)} · `}
        last seen {formatAgo(host.lastSeenMs)}
      </span>
    </>
  );
}

function Tiles({ answer: { host } }: { answer: HostAnswer }) {
  const { cpuUtilization: cpu, memoryUsedBytes: memory, memoryTotalBytes: total, load } = host;
  const { diskBytesPerSecond: disk, networkBytesPerSecond: network } = host;
  const fullest = host.fullestFileSystem;
  const share = memory === null || total === null || total === 0 ? NaN : memory.last / total;
  return (
    <div className={classes['tiles']}>
      <Tile
        label="CPU"
        text={formatPercent(cpu?.last ?? NaN)}
        title={`${formatPercent(cpu?.average ?? NaN)} on average, at most ${formatPercent(cpu?.max ?? NaN)}; ${plural(host.cpus ?? 0, 'processor')}`}
      />
      <Tile label="Load" text={formatRate(load?.last ?? NaN)} title="over one minute" />
      <Tile
        label="Memory"
        text={formatPercent(share)}
        title={`${formatBytes(memory?.last ?? NaN)} of ${formatBytes(total ?? NaN)}`}
      />
      <Tile
        label="Fullest disk"
        text={formatPercent(fullest?.usedShare ?? NaN)}
        title={displayName(fullest?.mountpoint ?? '', 80, 'not measured')}
        bad={(fullest?.usedShare ?? 0) >= 0.95}
      />
      <Tile
        label="Disk I/O"
        text={disk === null ? NONE : formatByteRate(disk.read.last + disk.write.last)}
        title={
          disk === null
            ? 'not measured'
            : `read ${formatByteRate(disk.read.last)}, written ${formatByteRate(disk.write.last)}`
        }
      />
      <Tile
        label="Network"
        text={
          network === null ? NONE : formatByteRate(network.receive.last + network.transmit.last)
        }
        title={
          network === null
            ? 'not measured'
            : `in ${formatByteRate(network.receive.last)}, out ${formatByteRate(network.transmit.last)}`
        }
      />
      <Tile
        label="Up for"
        text={host.uptimeSeconds === null ? NONE : formatDuration(host.uptimeSeconds * 1e6)}
      />
    </div>
  );
}

function ServicesPanel({ answer: { host }, search }: { answer: HostAnswer; search: string }) {
  return (
    <section className="panel" aria-label="Services on this host">
      <h2 className={classes['panelTitle']}>Services on this host</h2>
      {host.services.length === 0 ? (
        <p className={classes['none']}>
          None in this time range: no process here runs the Retrace runtime, or none was up.
        </p>
      ) : (
        <ul className={classes['list']}>
          {host.services.map((service) => (
            <li key={service.id}>
              <Link className="foreign" dir="auto" to={servicePath(service.id, search)}>
                {displayName(service.name, 120)}
              </Link>
              <span className="unit">
                {service.environment !== '' && `${displayName(service.environment, 40)} · `}
                {plural(service.instances, 'instance')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
