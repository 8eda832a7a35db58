import { Link } from 'react-router';
import type { ReportRow } from '../../server/api-types.js';
import { displayName } from '../format/hostile.js';
import { MethodBadge, RepeatBadge, Tag } from './badges.js';
import classes from './row-name.module.css';
import { SqlLine } from './sql-text.js';

const OTHER_HINT =
  'Calls beyond the bound of distinct names the app keeps apart. Counted in full, not told apart.';

/** What a row is: endpoint, signature or web service; a link to its detail. */
export function RowName({ row, href }: { row: ReportRow; href: string }) {
  if (row.other) {
    return (
      <Link to={href} className={classes['link']}>
        <b>Other</b>
        <span className={classes['meta']}>{OTHER_HINT}</span>
      </Link>
    );
  }
  if (row.query !== undefined) {
    const { text, system, namespace, address, repeatedRequests, repeatedMax } = row.query;
    const place = [namespace, address].filter((part) => part !== '').join(' @ ');
    return (
      <Link to={href} className={classes['link']}>
        <SqlLine text={text === '' ? row.name : text} />
        <span className={classes['meta']}>
          {system !== '' && <Tag>{displayName(system, 30)}</Tag>}
          {place !== '' && <span className="foreign">{displayName(place, 80)}</span>}
          <RepeatBadge requests={repeatedRequests} most={repeatedMax} />
        </span>
      </Link>
    );
  }
  if (row.call !== undefined) {
    const { method, address, port, template } = row.call;
    return (
      <Link to={href} className={classes['link']}>
        <span className="foreign">
          <MethodBadge method={method} />
          <b dir="auto">{displayName(address, 120)}</b>
          {port > 0 && port !== 443 && port !== 80 && <span className="unit">:{port}</span>}
          <span dir="auto">{displayName(template, 240)}</span>
        </span>
      </Link>
    );
  }
  const method = row.endpoint?.method ?? '';
  return (
    <Link to={href} className={classes['link']}>
      <span className="foreign">
        {method !== '' && <MethodBadge method={method} />}
        <b dir="auto">
          {displayName(
            row.endpoint?.route === undefined || row.endpoint.route === ''
              ? row.name
              : row.endpoint.route,
            240,
          )}
        </b>
      </span>
    </Link>
  );
}

const TEXTS = new WeakMap<ReportRow, string>();

/** All the text a reader may filter by; built once per row, because every key typed asks for it. */
export function rowText(row: ReportRow): string {
  let text = TEXTS.get(row);
  if (text === undefined) TEXTS.set(row, (text = buildText(row)));
  return text;
}

function buildText(row: ReportRow): string {
  const { query, call, endpoint } = row;
  const parts = [row.other ? 'Other' : row.name];
  if (query !== undefined) {
    parts.push(
      query.text,
      query.operation,
      query.collection,
      query.system,
      query.namespace,
      query.address,
    );
  }
  if (call !== undefined) parts.push(call.method, `${call.address}:${call.port}`, call.template);
  if (endpoint !== undefined) parts.push(endpoint.method, endpoint.route);
  for (const error of row.errorTypes) parts.push(error.type);
  return parts.join(' ');
}
