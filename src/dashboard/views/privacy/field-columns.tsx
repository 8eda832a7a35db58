import type { ReceivedField } from '../../../server/api-types.js';
import { Figure } from '../../components/figure.js';
import type { Column } from '../../components/table/columns.js';
import { displayName } from '../../format/hostile.js';
import { formatCount, formatExactCount } from '../../format/number.js';
import { formatAgo, formatMoment } from '../../format/time.js';
import classes from './privacy-view.module.css';

export type FieldRow = ReceivedField & { id: string };

/** What a field says something of. */
export const ABOUT: Readonly<Record<ReceivedField['scope'], string>> = {
  resource: 'process',
  data_point: 'series',
  span: 'slow request',
};

export const FIELD_COLUMNS: readonly Column<FieldRow>[] = [
  {
    key: 'name',
    title: 'Field',
    primary: true,
    value: (row) => row.name,
    cell: (row) => (
      <>
        <code className="foreign">{row.name}</code>
        <span className={classes['meaning']}>{row.meaning}</span>
      </>
    ),
  },
  {
    key: 'scope',
    title: 'About',
    hint: 'The sending process as a whole, one series, or the spans of slow requests',
    text: true,
    firstDirection: 'asc',
    value: (row) => ABOUT[row.scope],
    cell: (row) => ABOUT[row.scope],
  },
  {
    key: 'received',
    title: 'Received',
    hint: 'How often it arrived, since this was counted',
    level: 'narrow',
    value: (row) => row.received,
    cell: (row) =>
      row.received === 0 ? (
        <span className="unit">never</span>
      ) : (
        <Figure text={formatCount(row.received)} title={formatExactCount(row.received)} />
      ),
  },
  {
    key: 'lastReceivedMs',
    title: 'Last',
    value: (row) => row.lastReceivedMs ?? Number.NaN,
    exported: (row) =>
      row.lastReceivedMs === null ? '' : new Date(row.lastReceivedMs).toISOString(),
    cell: (row) =>
      row.lastReceivedMs === null ? (
        <span className="unit">–</span>
      ) : (
        <span className="num" title={formatMoment(row.lastReceivedMs)}>
          {formatAgo(row.lastReceivedMs)}
        </span>
      ),
  },
  {
    key: 'distinct',
    title: 'Different values',
    hint: 'That are stored; a dash: the field is not stored',
    level: 'narrow',
    value: (row) => row.distinct ?? Number.NaN,
    cell: (row) => <Figure text={formatCount(row.distinct ?? Number.NaN)} />,
  },
  {
    key: 'example',
    title: 'One of them',
    hint: 'A stored value, as it was received',
    level: 'narrow',
    text: true,
    firstDirection: 'asc',
    value: (row) => row.example ?? '',
    cell: (row) =>
      row.example === null ? (
        <span className="unit">–</span>
      ) : (
        <code className={`${classes['example'] ?? ''} foreign`}>
          {displayName(row.example, 160, '(empty)')}
        </code>
      ),
  },
];
