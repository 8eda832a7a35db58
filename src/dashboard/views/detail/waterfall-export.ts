import type { WaterfallSpan } from '../../../server/api-types.js';
import { exportColumn } from '../../components/table/columns.js';

/** What an exported waterfall holds, one line per query or call. */
export const SPAN_EXPORT = [
  exportColumn<WaterfallSpan>('Kind', (span) => span.report),
  exportColumn<WaterfallSpan>('Name', (span) => span.name),
  exportColumn<WaterfallSpan>('Signature', (span) => span.text),
  exportColumn<WaterfallSpan>('Start', (span) => span.startUs, 'µs'),
  exportColumn<WaterfallSpan>('Duration', (span) => span.durationUs, 'µs'),
  exportColumn<WaterfallSpan>('Status', (span) => span.status),
  exportColumn<WaterfallSpan>('Error', (span) => span.errorType),
];
