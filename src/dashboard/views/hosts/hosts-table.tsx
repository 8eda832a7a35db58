import { useCallback, useMemo, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { HostRow, HostsAnswer } from '../../../server/api-types.js';
import { hostPath } from '../../api/links.js';
import { RangeNote } from '../../components/range-note.js';
import { DataTable } from '../../components/table/data-table.js';
import { rangeKey, rangeSearch, type RangeSpec } from '../../format/range.js';
import { hostColumns } from './host-columns.js';
import classes from './hosts-view.module.css';

const SORT = { key: 'cpu', direction: 'desc' } as const;

interface Props {
  answer: HostsAnswer;
  rows: readonly HostRow[];
  asked: RangeSpec;
  fileName: string;
  empty: ReactNode;
}

/** Hosts with their health: all of them, or those of a service. */
export function HostsTable({ answer, rows, asked, fileName, empty }: Props) {
  const [params] = useSearchParams();
  const search = rangeSearch(params);
  const hrefOf = useCallback((row: { id: string }) => hostPath(row.id, search), [search]);
  const { range } = answer;
  const columns = useMemo(() => hostColumns(range, hrefOf, search), [range, hrefOf, search]);
  return (
    <>
      <DataTable
        caption="Hosts"
        noun="host"
        rows={rows}
        columns={columns}
        defaultSort={SORT}
        textOf={textOf}
        scope={rangeKey(asked)}
        hrefOf={hrefOf}
        fileName={fileName}
        filterLabel="Filter by name, service, system…"
        empty={empty}
      />
      <div className={classes['foot']}>
        <RangeNote range={range} />
      </div>
    </>
  );
}

function textOf({ name, osType, arch, services }: HostRow): string {
  return [name, osType, arch, ...services.map((service) => service.name)].join(' ');
}
