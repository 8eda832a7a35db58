import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { DetailAnswer, RepeatedFinding, ReportRow } from '../../../server/api-types.js';
import { detailPath } from '../../api/links.js';
import { MethodBadge, Tag } from '../../components/badges.js';
import { SplitBar, SplitLegend } from '../../components/bars.js';
import { CopyButton } from '../../components/copy-button.js';
import { RepeatIcon } from '../../components/icons.js';
import { SqlBlock } from '../../components/sql-text.js';
import { displayName } from '../../format/hostile.js';
import { formatExactCount, plural } from '../../format/number.js';
import { layoutSql } from '../../format/sql-layout.js';
import classes from './detail-view.module.css';

/** What the row is, in full. */
export function DetailHeading({ answer, search }: { answer: DetailAnswer; search: string }) {
  const { row, repeated } = answer;
  if (row.other) {
    return (
      <header>
        <h1>Other</h1>
        <p className={classes['explain']}>
          The app keeps a bounded number of names apart. Calls beyond that bound are counted here in
          full – nothing is lost, they are only not told apart.
        </p>
      </header>
    );
  }
  const { query, call, endpoint } = row;
  return (
    <header>
      <h1 className="foreign" dir="auto">
        {call !== undefined && <MethodBadge method={call.method} />}
        {endpoint !== undefined && endpoint.method !== '' && (
          <MethodBadge method={endpoint.method} />
        )}
        {displayName(titleOf(row), 400)}
      </h1>
      {query !== undefined && (
        <QueryFacts query={query}>
          {repeated !== undefined && (
            <Finding finding={repeated} serviceId={answer.service.id} search={search} />
          )}
        </QueryFacts>
      )}
      {endpoint !== undefined && (
        <div className={`panel ${classes['split'] ?? ''}`}>
          <SplitBar split={endpoint.split} />
          <SplitLegend split={endpoint.split} />
        </div>
      )}
    </header>
  );
}

function titleOf({ name, call, endpoint }: ReportRow): string {
  if (call !== undefined) {
    const port = [0, 80, 443].includes(call.port) ? '' : `:${call.port}`;
    return `${call.address}${port}${call.template}`;
  }
  return endpoint === undefined || endpoint.route === '' ? name : endpoint.route;
}

interface FindingProps {
  finding: RepeatedFinding;
  serviceId: string;
  search: string;
}

/** Endpoints named before the rest is counted. */
const NAMED = 4;

/** The same query again and again in one request: where, how often, and what to do. */
function Finding({ finding, serviceId, search }: FindingProps) {
  const { requests, maxInOneRequest, endpoints } = finding;
  return (
    <div className={classes['finding']} role="note">
      <RepeatIcon />
      <div>
        <b>Repeated within one request.</b> In {formatExactCount(requests)}{' '}
        {requests === 1 ? 'request' : 'requests'} this query ran five times or more, at most{' '}
        {formatExactCount(maxInOneRequest)} times. One query for the whole list (
        <code>WHERE … IN</code>, a join or a batch loader) would do the same in a single round trip.
        {endpoints.length > 0 && (
          <ul>
            {endpoints.slice(0, NAMED).map((one) => (
              <li key={one.id}>
                <Link
                  className="foreign"
                  dir="auto"
                  to={detailPath(serviceId, 'endpoints', one.id, search)}
                >
                  {displayName(one.name, 160)}
                </Link>
                : {plural(one.requests, 'request')}, up to {formatExactCount(one.maxInOneRequest)}{' '}
                times
              </li>
            ))}
            {endpoints.length > NAMED && <li>and {endpoints.length - NAMED} more below</li>}
          </ul>
        )}
      </div>
    </div>
  );
}

function QueryFacts(props: { query: NonNullable<ReportRow['query']>; children: ReactNode }) {
  const { query } = props;
  const facts = [query.system, query.namespace, query.address].filter((fact) => fact !== '');
  return (
    <>
      <p className={classes['facts']}>
        {facts.map((fact, at) => (
          <Tag key={at}>{displayName(fact, 80)}</Tag>
        ))}
      </p>
      {props.children}
      <section className={`panel ${classes['signature'] ?? ''}`} aria-label="Signature">
        <div className={classes['signatureBar']}>
          <h2>Signature</h2>
          <span className={classes['hint']}>values never leave the app</span>
          <CopyButton text={layoutSql(query.text)} label="Copy the signature" />
        </div>
        <SqlBlock text={query.text} />
      </section>
    </>
  );
}
