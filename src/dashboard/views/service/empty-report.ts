import type { ReportKind } from '../../../server/api-types.js';

/** Why a report has no rows, and what to do. */
export const EMPTY_REPORT: Record<ReportKind, { title: string; advice: string }> = {
  endpoints: {
    title: 'No requests in this time range',
    advice: 'The service received none, or was not running. A longer time range may show some.',
  },
  queries: {
    title: 'No database queries in this time range',
    advice:
      'Either none ran, or the database driver is not one that is measured yet; the app’s start block says which hooks it found.',
  },
  'web-services': {
    title: 'No calls to web services in this time range',
    advice: 'Outbound http, https and fetch calls of the app appear here.',
  },
};
