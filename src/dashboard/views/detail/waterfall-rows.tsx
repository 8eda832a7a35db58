import type { CSSProperties, ReactNode } from 'react';
import { Link } from 'react-router';
import type { ReportKind, WaterfallAnswer, WaterfallSpan } from '../../../server/api-types.js';
import { detailPath } from '../../api/links.js';
import { SplitLegend } from '../../components/bars.js';
import { SqlLine } from '../../components/sql-text.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatExactCount, plural } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import { barOf, ticksOf } from '../../format/waterfall.js';
import classes from './waterfalls.module.css';

interface Props {
  answer: WaterfallAnswer;
  /** The row of the page it is shown on. */
  mark: { report: ReportKind; id: string };
  search: string;
}

/** One request over time: a bar per query and call, in order of their start. */
export function WaterfallRows({ answer, mark, search }: Props) {
  const { waterfall, spans, omitted, service } = answer;
  const { durationUs, endpoint, status, errorType } = waterfall;
  const lengthUs = Math.max(durationUs, ...spans.map((span) => span.startUs + span.durationUs), 1);
  const outcome = [status === 0 ? '' : `status ${status}`, displayName(errorType, 60, '')]
    .filter((part) => part !== '')
    .join(', ');
  return (
    <>
      <div className={classes['legend']}>
        <span className="unit">
          {formatMoment(waterfall.timeMs)} ·{' '}
          {plural(waterfall.children, 'query or call', 'queries and calls')}
          {outcome !== '' && ` · ${outcome}`}
        </span>
        <SplitLegend split={waterfall} />
      </div>
      <div
        className={classes['scroll']}
        tabIndex={0}
        role="region"
        aria-label="The request over time"
      >
        <table className={classes['waterfall']}>
          <caption className="visually-hidden">
            Queries and calls of one request by their start, {formatDuration(durationUs)} in all
          </caption>
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col" className={classes['axis']}>
                <span className="visually-hidden">Start and duration</span>
                <span aria-hidden="true" className={classes['ticks']}>
                  {ticksOf(lengthUs).map((us) => (
                    <i key={us} style={{ left: `${(us / lengthUs) * 100}%` }}>
                      {us === 0 ? '0' : formatDuration(us)}
                    </i>
                  ))}
                </span>
              </th>
              <th scope="col">Duration</th>
            </tr>
          </thead>
          <tbody>
            <Row
              name={
                <Link
                  className="foreign"
                  dir="auto"
                  to={detailPath(service.id, 'endpoints', endpoint.id, search)}
                >
                  {displayName(endpoint.name, 160)}
                </Link>
              }
              part="own"
              bar={barOf(0, durationUs, lengthUs)}
              words={`the whole request, ${formatDuration(durationUs)}`}
              duration={formatDuration(durationUs)}
              marked={false}
            />
            {spans.map((span, at) => (
              <Row
                key={at}
                name={<SpanName span={span} serviceId={service.id} search={search} />}
                part={span.report === 'queries' ? 'database' : 'web'}
                bar={barOf(span.startUs, span.durationUs, lengthUs)}
                words={`from ${formatDuration(span.startUs)}, ${formatDuration(span.durationUs)}`}
                duration={formatDuration(span.durationUs)}
                marked={span.report === mark.report && span.id === mark.id}
                error={errorOf(span)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {omitted > 0 && (
        <p className={classes['more']}>
          and {formatExactCount(omitted)} more that are counted but not listed
        </p>
      )}
    </>
  );
}

function errorOf({ errorType, status }: WaterfallSpan): string {
  if (errorType !== '') return displayName(errorType, 40);
  return status >= 400 ? `status ${status}` : '';
}

function SpanName({
  span,
  serviceId,
  search,
}: {
  span: WaterfallSpan;
  serviceId: string;
  search: string;
}) {
  const words =
    span.text === '' ? (
      <span className="foreign" dir="auto">
        {displayName(span.name, 200, 'Other')}
      </span>
    ) : (
      <SqlLine text={span.text} />
    );
  return span.id === '' ? (
    words
  ) : (
    <Link to={detailPath(serviceId, span.report, span.id, search)}>{words}</Link>
  );
}

interface RowProps {
  name: ReactNode;
  part: 'own' | 'database' | 'web';
  bar: { left: number; width: number };
  /** The bar for those who cannot see it. */
  words: string;
  duration: string;
  marked: boolean;
  error?: string;
}

function Row({ name, part, bar, words, duration, marked, error = '' }: RowProps) {
  const style: CSSProperties = { left: `${bar.left}%`, width: `${bar.width}%` };
  return (
    <tr data-marked={marked || undefined}>
      <th scope="row">
        {name}
        {error !== '' && <span className={classes['failed']}>{error}</span>}
      </th>
      <td className={classes['track']}>
        <span className="visually-hidden">{words}</span>
        <span
          aria-hidden="true"
          className={classes['bar']}
          data-part={part}
          style={style}
          title={words}
        />
      </td>
      <td className="num">{duration}</td>
    </tr>
  );
}
