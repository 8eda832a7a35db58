import type { ReportKind } from '../../../server/api-types.js';

/** The row that a detail page is about, and what its links take along. */
export interface DetailRow {
  serviceId: string;
  report: ReportKind;
  rowId: string;
  /** The time range as it stands in the URL. */
  search: string;
}
