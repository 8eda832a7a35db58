import type { WaterfallSpan } from '../../../server/api-types.js';
import type { Column } from '../../components/table/columns.js';

const column = (key: keyof WaterfallSpan, title: string, unit?: string): Column<WaterfallSpan> => ({
  key,
  title,
  ...(unit !== undefined && { unit }),
  value: (span) => span[key],
  cell: () => null,
});

/** What an exported waterfall holds, one line per query or call. */
export const SPAN_EXPORT: readonly Column<WaterfallSpan>[] = [
  column('report', 'Kind'),
  column('name', 'Name'),
  column('text', 'Signature'),
  column('startUs', 'Start', 'µs'),
  column('durationUs', 'Duration', 'µs'),
  column('status', 'Status'),
  column('errorType', 'Error'),
];
