import type { RelatedRow } from '../../../server/api-types.js';
import { exportColumn } from '../../components/table/columns.js';

/** What an exported table of callers, or of what an endpoint calls, holds. */
export const RELATED_EXPORT = [
  exportColumn<RelatedRow>('Name', (row) => row.name),
  exportColumn<RelatedRow>('Share', (row) => row.share),
  exportColumn<RelatedRow>('Calls', (row) => row.calls),
  exportColumn<RelatedRow>('Per request', (row) => row.callsPerRequest ?? Number.NaN),
  exportColumn<RelatedRow>('Average', (row) => row.averageUs, 'µs'),
  exportColumn<RelatedRow>('p50', (row) => row.p50Us, 'µs'),
  exportColumn<RelatedRow>('p95', (row) => row.p95Us, 'µs'),
  exportColumn<RelatedRow>('p99', (row) => row.p99Us, 'µs'),
  exportColumn<RelatedRow>('Max', (row) => row.maxUs, 'µs'),
  exportColumn<RelatedRow>('Total', (row) => row.totalUs, 'µs'),
  exportColumn<RelatedRow>('Errors', (row) => row.errors),
  exportColumn<RelatedRow>('Requests that repeat it', (row) => row.repeatedRequests),
  exportColumn<RelatedRow>('Most in one request', (row) => row.repeatedMax),
];
