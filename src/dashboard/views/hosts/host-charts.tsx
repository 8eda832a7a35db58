import { useMemo } from 'react';
import type { HostAnswer, HostLine } from '../../../server/api-types.js';
import { LinesPanel, type Line } from '../../components/chart/lines-panel.js';
import { displayName } from '../../format/hostile.js';
import classes from './host-view.module.css';

/** Devices drawn by name; more lines than this cannot be told apart. */
const MAX_DEVICES = 3;

const NOT_MEASURED = {
  title: 'Not measured in this time range',
  advice: 'The Collectors tab says whether this part of the agent works.',
};

/** A state by its name always has the same colour. */
const COLORS: Readonly<Record<string, string>> = {
  user: '--database',
  system: '--web',
  iowait: '--p99',
  steal: '--error',
  nice: '--p50',
  interrupt: '--own',
  used: '--database',
  cached: '--p50',
  buffers: '--web',
  free: '--own',
  slab_reclaimable: '--p99',
};

/** The host over time; a drag on any chart zooms the page. */
export function HostCharts({ answer }: { answer: HostAnswer }) {
  const { range, timesMs, container } = answer;
  const lines = useMemo(() => linesOf(answer), [answer]);
  const shared = { range, timesMs, syncKey: 'host', empty: NOT_MEASURED };
  return (
    <div className={classes['charts']}>
      <LinesPanel
        title="CPU"
        note="share of all processors’ time by what it went to · drag to zoom"
        kind="share"
        lines={lines.cpu}
        stacked
        {...shared}
      />
      <LinesPanel title="Memory" kind="bytes" lines={lines.memory} stacked {...shared} />
      <LinesPanel
        title="Load"
        note="average run queue"
        kind="rate"
        lines={lines.load}
        {...shared}
      />
      <LinesPanel title="Network" kind="byteRate" lines={lines.network} {...shared} />
      <LinesPanel title="Disk throughput" kind="byteRate" lines={lines.disks} {...shared} />
      <LinesPanel
        title="Disk busy"
        note="share of the time · drag to zoom"
        kind="share"
        lines={lines.busy}
        {...shared}
      />
      {answer.swap.length > 0 && (
        <LinesPanel title="Swap" kind="bytes" lines={lines.swap} stacked {...shared} />
      )}
      {lines.paging.length > 0 && (
        <LinesPanel
          title="Paging"
          note="pages per second"
          kind="rate"
          lines={lines.paging}
          {...shared}
        />
      )}
      {container !== null && (
        <>
          <LinesPanel
            title="Container: processors in use"
            kind="rate"
            lines={lines.containerCpu}
            {...shared}
          />
          <LinesPanel
            title="Container: memory"
            kind="bytes"
            lines={lines.containerMemory}
            {...shared}
          />
        </>
      )}
    </div>
  );
}

function linesOf(answer: HostAnswer) {
  const { container, timesMs } = answer;
  const level = (value: number): number[] => timesMs.map(() => value);
  const devices = byTraffic(answer.disks, (disk) => [disk.read, disk.write]);
  const interfaces = byTraffic(answer.network, (one) => [one.receive, one.transmit]);
  return {
    cpu: named(answer.cpu.filter(({ label }) => label !== 'idle')),
    load: named(answer.load),
    memory: named(answer.memory),
    swap: named(answer.swap),
    paging: named(answer.paging),
    network: interfaces.flatMap((one): Line[] => [
      { label: `${displayName(one.name, 20)} in`, values: one.receive },
      { label: `${displayName(one.name, 20)} out`, values: one.transmit },
    ]),
    disks: devices.flatMap((disk): Line[] => [
      { label: `${displayName(disk.device, 20)} read`, values: disk.read },
      { label: `${displayName(disk.device, 20)} write`, values: disk.write },
    ]),
    busy: devices.map((disk): Line => ({ label: displayName(disk.device, 20), values: disk.busy })),
    containerCpu: container === null ? [] : limited(container.cpuUsed, container.cpuLimit, level),
    containerMemory:
      container === null
        ? []
        : limited(container.memoryUsedBytes, container.memoryLimitBytes, level),
  };
}

function named(lines: readonly HostLine[]): Line[] {
  return lines.map(({ label, values }) => {
    const color = COLORS[label];
    return { label, values, ...(color !== undefined && { color }) };
  });
}

function limited(
  values: readonly (number | null)[],
  limit: number | null,
  level: (value: number) => number[],
): Line[] {
  const used: Line = { label: 'used', values };
  if (limit === null) return [used];
  return [used, { label: 'limit', values: level(limit), color: '--average', style: 'dashed' }];
}

/** Those with the most traffic, by name. */
function byTraffic<Device>(
  devices: readonly Device[],
  linesOf: (device: Device) => readonly (readonly (number | null)[])[],
): Device[] {
  const traffic = (device: Device): number =>
    linesOf(device)
      .flat()
      .reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const busiest = [...devices].sort((a, b) => traffic(b) - traffic(a)).slice(0, MAX_DEVICES);
  return devices.filter((device) => busiest.includes(device));
}
