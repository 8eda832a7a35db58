import { Skeleton } from '@mantine/core';
import { ApiError } from '../../api/client.js';
import { useWaterfall } from '../../api/hooks.js';
import { QueryPanel } from '../../components/query-panel.js';
import { StatePanel } from '../../components/state-panel.js';
import { ExportButton } from '../../components/table/export-button.js';
import { csvFileName } from '../../format/csv.js';
import type { DetailRow } from './detail-row.js';
import { SPAN_EXPORT } from './waterfall-export.js';
import { WaterfallRows } from './waterfall-rows.js';
import classes from './waterfalls.module.css';

/** One slow request, drawn over time. */
export function ChosenRequest({
  id,
  serviceId,
  report,
  rowId,
  search,
}: DetailRow & { id: string }) {
  const answer = useWaterfall(serviceId, id);
  if (
    answer.data === undefined &&
    answer.error instanceof ApiError &&
    answer.error.status === 404
  ) {
    return (
      <StatePanel
        kind="empty"
        title="This slow request is not kept any more"
        advice="Slower ones of the same day have taken its place, or its retention is over. Its time is still in all figures."
      />
    );
  }
  return (
    <QueryPanel query={answer} loading={<Skeleton height={180} m="md" />}>
      {(data) => (
        <div className={classes['chosen']}>
          <WaterfallRows answer={data} mark={{ report, id: rowId }} search={search} />
          <div className={classes['export']}>
            <ExportButton
              rows={data.spans}
              columns={SPAN_EXPORT}
              fileName={csvFileName(data.service.name, 'slow-request')}
            />
          </div>
        </div>
      )}
    </QueryPanel>
  );
}
