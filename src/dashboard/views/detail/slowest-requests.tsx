import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { ReportKind, WaterfallsAnswer, WaterfallSummary } from '../../../server/api-types.js';
import { SplitBar } from '../../components/bars.js';
import { isBeingRead } from '../../components/table/use-table-rows.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatExactCount } from '../../format/number.js';
import { holdOrder } from '../../format/table.js';
import { formatMoment } from '../../format/time.js';
import { ChosenRequest } from './chosen-request.js';
import type { DetailRow } from './detail-row.js';
import classes from './waterfalls.module.css';

interface Props extends DetailRow {
  answer: WaterfallsAnswer;
  /** The one that the address names. */
  asked: string | null;
}

/** The slowest first; one of them is open. */
export function SlowestRequests({ answer, asked, ...props }: Props) {
  const [params] = useSearchParams();
  const list = useRef<HTMLDivElement>(null);
  const shown = useHeld(answer.waterfalls, list);
  // Without a choice the slowest; it stays when a refresh brings a slower one.
  const [slowest] = useState(answer.waterfalls[0]?.id ?? '');
  const kept = shown.some(({ id }) => id === slowest);
  // A link to one that is not among the slowest any more still opens it.
  const chosen = asked ?? (kept ? slowest : (shown[0]?.id ?? ''));
  const hrefOf = (id: string): string => {
    const next = new URLSearchParams(params);
    next.set('waterfall', id);
    return `?${next.toString()}`;
  };
  return (
    <div className={classes['both']} data-alone={shown.length === 0 || undefined}>
      {shown.length > 0 && (
        <div ref={list}>
          <ol className={classes['list']} aria-label="Slowest first" onKeyDown={moveWithArrows}>
            {shown.map((one) => (
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
      )}
      <ChosenRequest key={chosen} id={chosen} {...props} />
    </div>
  );
}

/** In the order in which they were while the pointer or the focus is among them. */
function useHeld(
  waterfalls: readonly WaterfallSummary[],
  list: RefObject<HTMLElement | null>,
): readonly WaterfallSummary[] {
  const held = useRef<string[]>([]);
  const shown = isBeingRead(list.current) ? holdOrder(waterfalls, held.current) : waterfalls;
  held.current = shown.map(({ id }) => id);
  return shown;
}

/** Arrow up and down go from request to request. */
function moveWithArrows(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const item = (event.target as Element).closest('li');
  const next = event.key === 'ArrowDown' ? item?.nextElementSibling : item?.previousElementSibling;
  const link = next?.querySelector('a');
  if (link === null || link === undefined) return;
  event.preventDefault();
  link.focus();
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
