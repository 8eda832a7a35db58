import { Histogram } from '../../histogram/index.js';
import type {
  LocalLoss,
  LocalReport,
  LocalReportRow,
  LocalReportTable,
  LocalServiceReport,
  ReportCaller,
  ReportStats,
} from '../report-types.js';
import type { Minute } from './minute.js';
import type { Series, SeriesTable } from './series.js';

interface Caller {
  calls: number;
  errors: number;
  totalUs: number;
  repeatedRequests: number;
  repeatedMax: number;
}

interface RowDraft {
  series: Series;
  histogram: Histogram;
  errors: Map<string, number>;
  callers: Map<string, Caller>;
}

/** Adds minutes up and ranks the rows. */
export function buildReport(
  minutes: readonly Minute[],
  table: SeriesTable,
  minutesAsked: number,
  limit: number,
): LocalReport {
  const drafts = new Map<string, RowDraft>();
  const instances = new Map<string, Set<string>>();
  const losses = new Map<string, LocalLoss>();
  let fromMs = Infinity;
  let toMs = 0;
  for (const minute of minutes) {
    fromMs = Math.min(fromMs, minute.firstMs);
    toMs = Math.max(toMs, minute.lastMs);
    for (const [service, ids] of minute.instances) {
      const all = instances.get(service) ?? new Set();
      for (const id of ids) all.add(id);
      instances.set(service, all);
    }
    for (const [id, histogram] of minute.histograms()) {
      const series = table.get(id);
      if (series !== undefined) addHistogram(draftOf(drafts, series), series, histogram);
    }
    for (const [key, loss] of minute.losses) {
      const known = losses.get(key);
      if (known === undefined) losses.set(key, { ...loss });
      else known.records += loss.records;
    }
  }
  for (const minute of minutes) {
    for (const [id, { requests, max }] of minute.repeated) {
      const series = table.get(id);
      if (series === undefined) continue;
      const caller = drafts.get(rowKey(series))?.callers.get(series.endpoint);
      if (caller === undefined) continue;
      caller.repeatedRequests += requests;
      caller.repeatedMax = Math.max(caller.repeatedMax, max);
    }
  }
  const spanMinutes = Math.max(1000, toMs - fromMs) / 60_000;
  const services = [...instances].map(([service, ids]): LocalServiceReport => {
    const own = [...drafts.values()].filter(({ series }) => series.service === service);
    const tableOf = (kind: Series['kind']): LocalReportTable =>
      finishTable(
        own.filter(({ series }) => series.kind === kind),
        spanMinutes,
        limit,
      );
    const endpoints = tableOf('request');
    addSplits(endpoints, service, minutes);
    return {
      service,
      instances: ids.size,
      endpoints,
      queries: tableOf('query'),
      webServices: tableOf('call'),
    };
  });
  services.sort((a, b) => weight(b) - weight(a) || (a.service < b.service ? -1 : 1));
  return {
    fromMs: toMs === 0 ? 0 : fromMs,
    toMs,
    minutes: minutesAsked,
    services,
    losses: [...losses.values()].sort((a, b) => b.records - a.records),
  };
}

function weight({ endpoints, queries, webServices }: LocalServiceReport): number {
  return endpoints.totalUs + queries.totalUs + webServices.totalUs;
}

function rowKey({ kind, service, name, text, source }: Series): string {
  return [kind, service, name, text, source].join('\u0000');
}

function draftOf(drafts: Map<string, RowDraft>, series: Series): RowDraft {
  const key = rowKey(series);
  let draft = drafts.get(key);
  if (draft === undefined) {
    draft = { series, histogram: new Histogram(), errors: new Map(), callers: new Map() };
    drafts.set(key, draft);
  }
  return draft;
}

function addHistogram(draft: RowDraft, series: Series, histogram: Histogram): void {
  const { count, sumUs } = histogram;
  draft.histogram.merge(histogram);
  const failed = series.errorType === '' ? 0 : count;
  if (failed > 0) {
    draft.errors.set(series.errorType, (draft.errors.get(series.errorType) ?? 0) + count);
  }
  if (series.kind === 'request') return;
  const caller = draft.callers.get(series.endpoint) ?? {
    calls: 0,
    errors: 0,
    totalUs: 0,
    repeatedRequests: 0,
    repeatedMax: 0,
  };
  caller.calls += count;
  caller.errors += failed;
  caller.totalUs += sumUs;
  draft.callers.set(series.endpoint, caller);
}

function finishTable(
  drafts: readonly RowDraft[],
  spanMinutes: number,
  limit: number,
): LocalReportTable {
  const totalUs = drafts.reduce((sum, { histogram }) => sum + histogram.sumUs, 0);
  const rows = drafts.map((draft) => finishRow(draft, totalUs, spanMinutes));
  rows.sort((a, b) => b.totalUs - a.totalUs || b.calls - a.calls || (a.name < b.name ? -1 : 1));
  return {
    calls: rows.reduce((sum, row) => sum + row.calls, 0),
    errors: rows.reduce((sum, row) => sum + row.errors, 0),
    totalUs,
    rows: rows.slice(0, limit),
    omittedRows: Math.max(0, rows.length - limit),
  };
}

function finishRow(draft: RowDraft, allUs: number, spanMinutes: number): LocalReportRow {
  const { series, histogram } = draft;
  const errorTypes = [...draft.errors]
    .map(([type, calls]) => ({ type, calls }))
    .sort((a, b) => b.calls - a.calls || (a.type < b.type ? -1 : 1));
  const callers = [...draft.callers]
    .map(([endpoint, caller]): ReportCaller => ({
      endpoint,
      ...caller,
      share: ratio(caller.totalUs, histogram.sumUs),
    }))
    .sort((a, b) => b.totalUs - a.totalUs || (a.endpoint < b.endpoint ? -1 : 1));
  const errors = errorTypes.reduce((sum, { calls }) => sum + calls, 0);
  return {
    name: series.name,
    ...(series.kind === 'query' ? { text: series.text } : {}),
    source: series.source,
    other: series.other,
    ...statsOf(histogram, errors),
    callsPerMinute: histogram.count / spanMinutes,
    share: ratio(histogram.sumUs, allUs),
    errorTypes,
    callers,
  };
}

function statsOf(histogram: Histogram, errors: number): ReportStats {
  return {
    calls: histogram.count,
    errors,
    averageUs: ratio(histogram.sumUs, histogram.count),
    p50Us: histogram.quantileUs(0.5),
    p95Us: histogram.quantileUs(0.95),
    p99Us: histogram.quantileUs(0.99),
    maxUs: histogram.maxUs,
    totalUs: histogram.sumUs,
  };
}

function addSplits(table: LocalReportTable, service: string, minutes: readonly Minute[]): void {
  const rows = new Map(table.rows.map((row) => [row.name, row]));
  for (const { components } of minutes) {
    for (const split of components.values()) {
      const row = split.service === service ? rows.get(split.endpoint) : undefined;
      if (row === undefined) continue;
      row.split ??= { databaseUs: 0, webServicesUs: 0, ownCodeUs: 0 };
      row.split.databaseUs += split.database;
      row.split.webServicesUs += split.web_services;
      row.split.ownCodeUs += split.own_code;
    }
  }
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
