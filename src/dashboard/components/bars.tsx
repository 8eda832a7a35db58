import type { ComponentSplit, StatusSplit } from '../../server/api-types.js';
import { formatDuration } from '../format/duration.js';
import { formatExactCount, formatPercent } from '../format/number.js';
import classes from './bars.module.css';

interface Part {
  key: string;
  name: string;
  value: number;
}

export function splitParts(split: ComponentSplit): Part[] {
  return [
    { key: 'database', name: 'Database', value: split.databaseUs },
    { key: 'web', name: 'Web services', value: split.webServicesUs },
    { key: 'own', name: 'Own code', value: split.ownCodeUs },
  ];
}

function StackedBar({ parts, format }: { parts: Part[]; format: (value: number) => string }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  if (total <= 0) return <span className="unit">–</span>;
  const words = parts
    .filter((part) => part.value > 0)
    .map((part) => `${part.name} ${formatPercent(part.value / total)} (${format(part.value)})`)
    .join(', ');
  return (
    <div className={classes['stack']} role="img" aria-label={words} title={words}>
      {parts
        .filter((part) => part.value > 0)
        .map((part) => (
          <span key={part.key} data-part={part.key} style={{ flexGrow: part.value / total }} />
        ))}
    </div>
  );
}

/** Where an endpoint's or a service's time goes. */
export function SplitBar({ split }: { split: ComponentSplit }) {
  return <StackedBar parts={splitParts(split)} format={formatDuration} />;
}

export function statusParts(statuses: StatusSplit): Part[] {
  return [
    { key: 's2xx', name: '2xx', value: statuses.s2xx },
    { key: 's3xx', name: '3xx', value: statuses.s3xx },
    { key: 's4xx', name: '4xx', value: statuses.s4xx },
    { key: 's5xx', name: '5xx', value: statuses.s5xx },
    { key: 'failed', name: 'No answer', value: statuses.failed },
  ];
}

/** Answers by status class. */
export function StatusBar({ statuses }: { statuses: StatusSplit }) {
  return <StackedBar parts={statusParts(statuses)} format={formatExactCount} />;
}

const NO_ANSWERS: StatusSplit = { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, failed: 0 };

/** Names of the status bar's colours, with counts where they are given. */
export function StatusLegend({ statuses }: { statuses?: StatusSplit }) {
  return (
    <span className={classes['legend']}>
      {statusParts(statuses ?? NO_ANSWERS).map((part) => (
        <span key={part.key}>
          <i data-part={part.key} aria-hidden="true" />
          {part.name}
          {statuses !== undefined && <b className="num">{formatExactCount(part.value)}</b>}
        </span>
      ))}
    </span>
  );
}

/** Names of the split's colours, with shares where a split is given. */
export function SplitLegend({ split }: { split?: ComponentSplit }) {
  const parts = splitParts(split ?? { databaseUs: 0, webServicesUs: 0, ownCodeUs: 0 });
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <span className={classes['legend']}>
      {parts.map((part) => (
        <span key={part.key}>
          <i data-part={part.key} aria-hidden="true" />
          {part.name}
          {total > 0 && <b className="num">{formatPercent(part.value / total)}</b>}
        </span>
      ))}
    </span>
  );
}

/** A share of the whole, 0 … 1: the figure, and a bar for the eye. */
export function ShareBar({ share }: { share: number }) {
  return (
    <span className={classes['share']}>
      <span className={classes['track']} aria-hidden="true">
        <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
      </span>
      <span className="num">{formatPercent(share)}</span>
    </span>
  );
}
