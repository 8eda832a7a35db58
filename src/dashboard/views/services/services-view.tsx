import { Skeleton } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useServices } from '../../api/hooks.js';
import { servicePath } from '../../api/links.js';
import { useRange } from '../../api/url-state.js';
import { SplitLegend } from '../../components/bars.js';
import { LossesNote } from '../../components/losses-note.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { DataTable } from '../../components/table/data-table.js';
import { useTitle } from '../../components/use-title.js';
import { rangeKey, rangeSearch } from '../../format/range.js';
import { AgentsPanel } from './agents-panel.js';
import { ConnectFirstApp } from './connect-first-app.js';
import { serviceColumns } from './service-columns.js';
import classes from './services-view.module.css';

const SORT = { key: 'callsPerMinute', direction: 'desc' } as const;

/** Every service of the tenant, or how to connect the first. */
export function ServicesView() {
  useTitle('Services');
  const [range] = useRange();
  const [params] = useSearchParams();
  const answer = useServices(range);
  const search = rangeSearch(params);
  const hrefOf = useCallback(
    (row: { id: string }): string => servicePath(row.id, search),
    [search],
  );
  const answered = answer.data?.range;
  const columns = useMemo(
    () => (answered === undefined ? [] : serviceColumns(answered, hrefOf)),
    [answered, hrefOf],
  );
  return (
    <>
      <QueryPanel
        query={answer}
        loading={
          <>
            <h1 className={classes['heading']}>Services</h1>
            <Skeleton height={260} radius={10} />
          </>
        }
      >
        {(data) =>
          data.services.length === 0 ? (
            <ConnectFirstApp />
          ) : (
            <>
              <div className={classes['heading']}>
                <h1>Services</h1>
                <SplitLegend />
              </div>
              <LossesNote losses={data.losses} />
              <DataTable
                caption="Services"
                noun="service"
                rows={data.services}
                columns={columns}
                defaultSort={SORT}
                textOf={(row) => `${row.name} ${row.environment} ${row.version}`}
                scope={rangeKey(range)}
                hrefOf={hrefOf}
                fileName="services.csv"
                filterLabel="Filter by name, environment, version…"
                empty={null}
              />
              <div className={classes['foot']}>
                <RangeNote range={data.range} />
              </div>
              <AgentsPanel agents={data.agents} />
            </>
          )
        }
      </QueryPanel>
    </>
  );
}
