import { Skeleton } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { ServiceRow } from '../../../server/api-types.js';
import { ApdexTile } from '../../components/apdex-tile.js';
import { SplitBar, SplitLegend } from '../../components/bars.js';
import { Tag } from '../../components/badges.js';
import { Tile } from '../../components/tile.js';
import { formatTiming } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import {
  errorRate,
  formatExactCount,
  formatPercent,
  formatRate,
  plural,
} from '../../format/number.js';
import { rangeSearch } from '../../format/range.js';
import { formatAgo } from '../../format/time.js';
import classes from './service-view.module.css';

interface Props {
  name: string;
  service: ServiceRow | undefined;
  loading: boolean;
}

/** Name and the few figures that say how the service is. */
export function ServiceHeader({ name, service, loading }: Props) {
  const [params] = useSearchParams();
  return (
    <header className={classes['header']}>
      <nav aria-label="Breadcrumb" className={classes['crumbs']}>
        <Link to={`/${rangeSearch(params)}`}>Services</Link>
      </nav>
      <div className={classes['title']}>
        <h1 className="foreign" dir="auto">
          {displayName(name, 160)}
        </h1>
        {service !== undefined && (
          <>
            {service.environment !== '' && <Tag>{displayName(service.environment, 40)}</Tag>}
            {service.version !== '' && <Tag>v{displayName(service.version, 40)}</Tag>}
            <span className={classes['seen']}>
              {plural(service.instances, 'instance')} · last seen {formatAgo(service.lastSeenMs)}
            </span>
          </>
        )}
      </div>
      {service === undefined && loading && <Skeleton height={78} radius={10} />}
      {service !== undefined && (
        <div className={classes['tiles']}>
          <ApdexTile serviceId={service.id} apdex={service.apdex} />
          <Tile
            label="Requests/min"
            text={formatRate(service.callsPerMinute)}
            title={`${formatExactCount(service.requests.calls)} requests`}
          />
          <Tile
            label="Average"
            text={formatTiming(service.requests.averageUs, service.requests.calls)}
          />
          <Tile label="p95" text={formatTiming(service.requests.p95Us, service.requests.calls)} />
          <Tile
            label="Error rate"
            text={formatPercent(errorRate(service.requests))}
            title={`${formatExactCount(service.requests.errors)} failed requests`}
            bad={service.requests.errors > 0}
          />
          <div className={`panel ${classes['split'] ?? ''}`}>
            <span className={classes['splitLabel']}>Where the time goes</span>
            <SplitBar split={service.split} />
            <SplitLegend split={service.split} />
          </div>
        </div>
      )}
    </header>
  );
}
