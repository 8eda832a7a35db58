import type { ReportKind, ReportRow } from '../api-types.js';
import type { OperationRecord, ScanRange, SeriesKind, SeriesView } from '../store/store.js';
import { Sparkline } from './sparkline.js';
import { Tally } from './tally.js';

export const KIND_OF_REPORT: Readonly<Record<ReportKind, SeriesKind>> = {
  endpoints: 'endpoint',
  queries: 'query',
  'web-services': 'call',
};

/** One row of a report while its series are added up. */
export class RowTally {
  private readonly tally = new Tally();
  private readonly facts = [0, 0, 0];
  private readonly sparkline: Sparkline;
  private lastBucketMs = 0;

  constructor(private readonly range: ScanRange) {
    this.sparkline = new Sparkline(range);
  }

  add(view: SeriesView): void {
    if (view.outcome === undefined) {
      this.addFacts(view.facts);
      return;
    }
    this.tally.add(view);
    this.sparkline.add(view.bucketMs, view.count);
    if (view.bucketMs > this.lastBucketMs) this.lastBucketMs = view.bucketMs;
  }

  /** Endpoints never use the third fact as a maximum, queries always do; `toRow` knows which is meant. */
  private addFacts(facts: readonly number[]): void {
    for (let i = 0; i < 3; i++) this.facts[i] = (this.facts[i] ?? 0) + (facts[i] ?? 0);
    this.thirdMax = Math.max(this.thirdMax, facts[2] ?? 0);
  }
  private thirdMax = 0;

  get totalUs(): number {
    return this.tally.timings.sumUs;
  }

  get calls(): number {
    return this.tally.timings.count;
  }

  toRow(
    record: OperationRecord,
    context: { reportTotalUs: number; minutes: number; nowMs: number; queryCalls: number },
  ): ReportRow {
    // Spelled out: spreading objects costs 20 µs a row, which counts in reports of 5,000.
    const stats = this.tally.stats();
    const row: ReportRow = {
      id: record.publicId,
      name: record.name,
      other: record.other,
      calls: stats.calls,
      errors: stats.errors,
      averageUs: stats.averageUs,
      p50Us: stats.p50Us,
      p95Us: stats.p95Us,
      p99Us: stats.p99Us,
      maxUs: stats.maxUs,
      totalUs: stats.totalUs,
      callsPerMinute: stats.calls / context.minutes,
      share: context.reportTotalUs === 0 ? 0 : stats.totalUs / context.reportTotalUs,
      errorTypes: this.tally.errorList(),
      firstSeenMs: record.firstSeenMs,
      lastSeenMs: this.lastSeenMs(record, context.nowMs),
      sparkline: this.sparkline.values,
    };
    this.addKindFields(row, record, context.queryCalls);
    return row;
  }

  /** The record is brought up to date by the roll-up; minutes in view can be newer. */
  private lastSeenMs(record: OperationRecord, nowMs: number): number {
    if (this.range.bucketSeconds !== 60 || this.lastBucketMs === 0) return record.lastSeenMs;
    return Math.max(record.lastSeenMs, Math.min(nowMs, this.lastBucketMs + 60_000));
  }

  private addKindFields(row: ReportRow, record: OperationRecord, queryCalls: number): void {
    const text = (name: string): string => String(record.attributes[name] ?? '');
    const [first = 0, second = 0, third = 0] = this.facts;
    if (record.kind === 'endpoint') {
      row.endpoint = {
        method: text('method'),
        route: text('route'),
        split: { databaseUs: first, webServicesUs: second, ownCodeUs: third },
        queriesPerRequest: this.calls === 0 ? 0 : queryCalls / this.calls,
      } as ReportRow['endpoint'];
    } else if (record.kind === 'query') {
      row.query = {
        text: text('text'),
        operation: text('operation'),
        collection: text('collection'),
        system: text('system'),
        namespace: text('namespace'),
        address: hostAndPort(text('address'), Number(record.attributes.port ?? 0)),
        repeatedRequests: first,
        repeatedMax: this.thirdMax,
      };
    } else {
      row.call = {
        method: text('method'),
        address: text('address'),
        port: Number(record.attributes.port ?? 0),
        template: text('template'),
        statuses: this.tally.statuses,
      } as ReportRow['call'];
    }
  }
}

function hostAndPort(address: string, port: number): string {
  return address === '' || port === 0 ? address : `${address}:${port}`;
}
