import { useState } from 'react';
import { useReport } from '../../api/hooks.js';
import { useParam, useRange } from '../../api/url-state.js';
import { displayName } from '../../format/hostile.js';
import classes from '../../components/table/data-table.module.css';

const ALL = { endpoint: '', compare: false };

/** Narrows a report to the calls made for one endpoint; the list of endpoints is fetched when it is wanted. */
export function EndpointSelect({ serviceId }: { serviceId: string }) {
  const [chosen, choose] = useParam('endpoint');
  const [wanted, setWanted] = useState(chosen !== null);
  const [range] = useRange();
  const endpoints = useReport(serviceId, 'endpoints', range, ALL, wanted);
  const rows = endpoints.data?.rows ?? [];
  return (
    <label className={classes['facet']}>
      <span>Endpoint</span>
      <select
        value={chosen ?? ''}
        onFocus={() => setWanted(true)}
        onPointerEnter={() => setWanted(true)}
        onChange={(event) => choose(event.target.value, false)}
      >
        <option value="">All</option>
        {chosen !== null && !rows.some((row) => row.id === chosen) && (
          <option value={chosen}>{endpoints.isPending ? '…' : '(not in this time range)'}</option>
        )}
        {rows
          .toSorted((a, b) => (a.name < b.name ? -1 : 1))
          .map((row) => (
            <option key={row.id} value={row.id}>
              {row.other ? 'Other' : displayName(row.name, 60)}
            </option>
          ))}
      </select>
    </label>
  );
}
