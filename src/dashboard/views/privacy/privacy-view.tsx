import { Skeleton } from '@mantine/core';
import type { PrivacyAnswer } from '../../../server/api-types.js';
import { usePrivacy } from '../../api/hooks.js';
import { useRange } from '../../api/url-state.js';
import { QueryPanel } from '../../components/query-panel.js';
import { RangeNote } from '../../components/range-note.js';
import { StatePanel } from '../../components/state-panel.js';
import { DataTable } from '../../components/table/data-table.js';
import { Tile } from '../../components/tile.js';
import { useTitle } from '../../components/use-title.js';
import { formatCount, formatExactCount } from '../../format/number.js';
import { ABOUT, FIELD_COLUMNS, type FieldRow } from './field-columns.js';
import { DropsPanel, OtherPanel } from './missing-panels.js';
import classes from './privacy-view.module.css';

const SORT = { key: 'received', direction: 'desc' } as const;

/** What was received, field by field, and what was left out: the page a security officer asks for. */
export function PrivacyView() {
  useTitle('Privacy');
  const [range] = useRange();
  const answer = usePrivacy(range);
  return (
    <>
      <h1>Privacy</h1>
      <p className={classes['intro']}>
        Everything that this platform has received, field by field. Statements and addresses arrive
        as signatures: values are taken out inside the monitored app, and what arrives is cleaned
        once more before it is stored. No field carries parameters, headers, bodies or messages.
      </p>
      <QueryPanel query={answer} loading={<Skeleton height={420} radius={10} />}>
        {(data) => <Received answer={data} />}
      </QueryPanel>
    </>
  );
}

function Received({ answer }: { answer: PrivacyAnswer }) {
  const { signatures, refusedAttributes } = answer;
  const fields: FieldRow[] = answer.fields.map((field) => ({
    ...field,
    id: `${field.scope}/${field.name}`,
  }));
  const count = (label: string, value: number, title: string) => (
    <Tile label={label} text={formatCount(value)} title={`${formatExactCount(value)} ${title}`} />
  );
  return (
    <>
      <div className={classes['tiles']}>
        {count('Query signatures', signatures.queries, 'different statements, without values')}
        {count('Web services', signatures.webServices, 'different address templates')}
        {count('Endpoints', signatures.endpoints, 'different routes')}
        {count('Masked values', signatures.maskedPlaces, 'places in signatures where a value was')}
        {count('Refused fields', refusedAttributes, 'arrived and were thrown away unread')}
      </div>
      <DataTable
        caption="Received fields"
        noun="field"
        rows={fields}
        columns={FIELD_COLUMNS}
        defaultSort={SORT}
        textOf={(row) => `${row.name} ${row.meaning} ${ABOUT[row.scope]}`}
        scope="privacy"
        fileName="privacy-fields.csv"
        filterLabel="Filter by name or meaning…"
        empty={
          <StatePanel
            kind="empty"
            title="Nothing was received yet"
            advice="The Services page shows how to connect the first app."
          />
        }
      />
      <div className={classes['columns']}>
        <DropsPanel drops={answer.drops} />
        <OtherPanel other={answer.other} />
      </div>
      <RangeNote
        range={answer.range}
        more="for drops and Other; all else is of everything stored"
      />
    </>
  );
}
