import type { Histogram } from '../../histogram/index.js';
import type { MetricsRequest } from '../../protocol/types.js';
import type { LocalLoss, LocalReport } from '../report-types.js';
import { buildReport } from './build-report.js';
import { Minute } from './minute.js';
import { readRequest, type Component, type ReportSink } from './read-request.js';
import { type Series, SeriesTable } from './series.js';

export const REPORT_MINUTES = 60;
/** Distinct series at a time, and histograms over all minutes (about 60 bytes each): 40 MB at the very most. */
const MAX_SERIES = 40_000;
const MAX_HISTOGRAMS = 400_000;
/** Small maps of a minute (components, losses, instances): far above what a host has. */
const MAX_SIDE_ENTRIES = 10_000;
/** Histograms that are not packed, about 2 KB each: 20 MB. A backlog of an hour comes in all at once. */
const MAX_LIVE = 10_000;
const MINUTE_MS = 60_000;

/** The last hour by minute, merged over all processes of the host: what `retrace report` reads. */
export class ReportMemory {
  private readonly minutes = new Map<number, Minute>();
  private readonly series = new SeriesTable(MAX_SERIES);
  private newest = 0;
  /** Length of the longest window so far: the export interval of the slowest runtime. */
  longestWindowMs = 0;

  /** Takes in a batch; windows older than an hour are ignored. */
  add(request: MetricsRequest, nowMs = Date.now()): void {
    const current = Math.floor(nowMs / MINUTE_MS);
    if (current !== this.newest) this.turn(current);
    readRequest(request, this.sinkAt(current));
    let live = 0;
    for (const minute of this.minutes.values()) live += minute.liveSize;
    if (live > MAX_LIVE) for (const minute of this.minutes.values()) minute.pack();
  }

  /** @param limit rows per table. */
  report(minutes: number, limit: number, nowMs = Date.now()): LocalReport {
    const current = Math.floor(nowMs / MINUTE_MS);
    const wanted: Minute[] = [];
    for (const [number, minute] of this.minutes) {
      if (number > current - Math.max(1, minutes)) wanted.push(minute);
    }
    return buildReport(wanted, this.series, minutes, limit);
  }

  /** A new minute began: pack the finished ones, forget what is too old or too much. */
  private turn(current: number): void {
    this.newest = current;
    for (const [number, minute] of this.minutes) {
      // Ahead of now: the clock was set back, and what it said before is not comparable.
      if (number <= current - REPORT_MINUTES || number > current) this.minutes.delete(number);
      else if (number < current) minute.pack();
    }
    let held = 0;
    const newestFirst = [...this.minutes.keys()].sort((a, b) => b - a);
    for (const number of newestFirst) {
      held += this.minutes.get(number)?.size ?? 0;
      if (held > MAX_HISTOGRAMS) this.minutes.delete(number);
    }
    const used = new Set<number>();
    for (const minute of this.minutes.values()) minute.collectIds(used);
    this.series.sweep(used);
  }

  /** The minute in which a window ended; undefined when that is over an hour ago. A clock ahead counts as now. */
  private minuteAt(endMs: number, current: number): Minute | undefined {
    // A window that ends exactly with the minute belongs to it.
    const number = Math.min(current, Math.floor((endMs - 1) / MINUTE_MS));
    if (number <= current - REPORT_MINUTES) return undefined;
    let minute = this.minutes.get(number);
    if (minute === undefined) {
      minute = new Minute();
      this.minutes.set(number, minute);
    }
    return minute;
  }

  private sinkAt(current: number): ReportSink {
    const at = (endMs: number): Minute | undefined => this.minuteAt(endMs, current);
    return {
      window: (service, instance, startMs, endMs) => {
        this.longestWindowMs = Math.max(this.longestWindowMs, endMs - startMs);
        addWindow(at(endMs), service, instance, startMs, endMs);
      },
      durations: (series: Series, histogram: Histogram, endMs) => {
        at(endMs)?.add(this.series.idOf(series), histogram);
      },
      componentTime: (service, endpoint, component, us, endMs) =>
        addComponent(at(endMs), service, endpoint, component, us),
      repeated: (series, what, value, endMs) => {
        const { repeated } = at(endMs) ?? {};
        if (repeated === undefined) return;
        const id = this.series.idOf(series);
        const known = repeated.get(id) ?? { requests: 0, max: 0 };
        if (what === 'requests') known.requests += value;
        else known.max = Math.max(known.max, value);
        repeated.set(id, known);
      },
      loss: (lost, endMs) => addLoss(at(endMs), lost),
    };
  }
}

function addWindow(
  minute: Minute | undefined,
  service: string,
  instance: string,
  startMs: number,
  endMs: number,
): void {
  if (minute === undefined) return;
  minute.firstMs = Math.min(minute.firstMs, startMs);
  minute.lastMs = Math.max(minute.lastMs, endMs);
  let instances = minute.instances.get(service);
  if (instances === undefined) {
    if (minute.instances.size >= MAX_SIDE_ENTRIES) return;
    instances = new Set();
    minute.instances.set(service, instances);
  }
  if (instances.size < MAX_SIDE_ENTRIES) instances.add(instance);
}

function addComponent(
  minute: Minute | undefined,
  service: string,
  endpoint: string,
  component: Component,
  us: number,
): void {
  if (minute === undefined) return;
  const key = `${service}\u0000${endpoint}`;
  let split = minute.components.get(key);
  if (split === undefined) {
    if (minute.components.size >= MAX_SIDE_ENTRIES) return;
    split = { service, endpoint, database: 0, web_services: 0, own_code: 0 };
    minute.components.set(key, split);
  }
  split[component] += us;
}

function addLoss(minute: Minute | undefined, lost: LocalLoss): void {
  if (minute === undefined || !(lost.records > 0)) return;
  const key = `${lost.service}\u0000${lost.reason}\u0000${lost.kind ?? ''}`;
  const known = minute.losses.get(key);
  if (known !== undefined) known.records += lost.records;
  else if (minute.losses.size < MAX_SIDE_ENTRIES) minute.losses.set(key, { ...lost });
}
