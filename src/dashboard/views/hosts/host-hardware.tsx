import type { HostAnswer } from '../../../server/api-types.js';
import { formatBytes } from '../../format/bytes.js';
import { displayName } from '../../format/hostile.js';
import { NONE } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import classes from './host-view.module.css';

/** What the machine is, as its agent found it. */
export function HostHardwarePanel({ answer }: { answer: HostAnswer }) {
  const { hardware, host, container } = answer;
  const text = (...parts: string[]): string =>
    displayName(parts.filter((part) => part !== '').join(' '), 120, NONE);
  const facts: [string, string][] = [
    ['Processor', text(hardware.cpuModel)],
    ['Processors', processors(hardware.logicalCpus, hardware.physicalCpus)],
    ['Memory', formatBytes(hardware.memoryTotalBytes ?? Number.NaN)],
    ['Operating system', text(hardware.osName, hardware.osVersion)],
    ['Kernel', text(hardware.kernelVersion)],
    ['Agent', text(host.agentVersion)],
    ['First seen', formatMoment(host.firstSeenMs)],
  ];
  if (container !== null) {
    const { cpuLimit, memoryLimitBytes } = container;
    facts.push(
      ['Container: processors', cpuLimit === null ? 'no limit' : String(cpuLimit)],
      ['Container: memory', memoryLimitBytes === null ? 'no limit' : formatBytes(memoryLimitBytes)],
    );
  }
  return (
    <section className="panel" aria-label="Hardware and operating system">
      <h2 className={classes['panelTitle']}>Hardware and operating system</h2>
      <dl className={classes['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="foreign">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function processors(logical: number | null, physical: number | null): string {
  if (logical === null) return NONE;
  return physical === null ? `${logical}` : `${logical} on ${physical} cores`;
}
