import type { ReactNode } from 'react';
import { formatCount, formatExactCount } from '../format/number.js';
import { displayName } from '../format/hostile.js';
import classes from './badges.module.css';
import { RepeatIcon } from './icons.js';

/** An HTTP method: same width everywhere, so that paths align. */
export function MethodBadge({ method }: { method: string }) {
  return <span className={classes['method']}>{displayName(method, 10)}</span>;
}

export function Tag({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className={classes['tag']} title={title}>
      {children}
    </span>
  );
}

/** The N+1 finding, short. */
export function RepeatBadge({ requests, most }: { requests: number; most: number }) {
  if (requests === 0) return null;
  const title = `Ran up to ${formatExactCount(most)} times within one request; repeated in ${formatExactCount(requests)} requests`;
  return (
    <span className={classes['repeat']} title={title}>
      <RepeatIcon size={13} /> up to {formatCount(most)}× per request
    </span>
  );
}
