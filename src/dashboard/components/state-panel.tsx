import type { ReactNode } from 'react';
import { InfoIcon, WarnIcon } from './icons.js';
import classes from './state-panel.module.css';

interface Props {
  kind: 'empty' | 'error';
  title: string;
  /** Why there is nothing, or what to do: never left out. */
  advice: ReactNode;
  action?: ReactNode;
}

/** Where data should be and is not: says why, and what to do. */
export function StatePanel({ kind, title, advice, action }: Props) {
  return (
    <div className={classes['state']} data-kind={kind} role={kind === 'error' ? 'alert' : 'status'}>
      {kind === 'error' ? <WarnIcon size={26} /> : <InfoIcon size={26} />}
      <p className={classes['title']}>{title}</p>
      <p className={classes['advice']}>{advice}</p>
      {action !== undefined && <div className={classes['action']}>{action}</div>}
    </div>
  );
}
