import { Histogram } from '../histogram/index.js';
import { RECORD_KIND, type RecordKind } from '../ring/layout.js';
import type { Attributes } from '../protocol/types.js';
import type { TrackerSink } from './request-tracker.js';

/** Durations of one combination of endpoint, signature, source, status and error within a window. */
export interface Series {
  readonly kind: RecordKind;
  /** 0 = outside any request. */
  readonly endpointId: number;
  /** 0 for requests. */
  readonly signatureId: number;
  readonly sourceId: number;
  readonly status: number;
  readonly errorId: number;
  /** True for the series that takes what exceeds the bound. */
  readonly overflow: boolean;
  readonly histogram: Histogram;
  /** Built once, by the window writer. */
  attributes: Attributes | undefined;
  /** Next series with the same endpoint, signature and kind. */
  next: Series | undefined;
}

/** Time split of an endpoint's requests, µs. */
export interface ComponentTimes {
  databaseUs: number;
  webServicesUs: number;
  ownUs: number;
  attributes: Attributes[] | undefined;
}

/** Requests of an endpoint in which one query ran at least REPEAT_THRESHOLD times. */
export interface Repeat {
  readonly endpointId: number;
  readonly signatureId: number;
  readonly sourceId: number;
  requests: number;
  calls: number;
  max: number;
  attributes: Attributes | undefined;
}

/** Ids fit 21 bits (the dictionary holds thousands), so endpoint and signature fit one exact double. */
const ID_SPACE = 2 ** 21;

/**
 * Sums of the current window. Series are bounded: past `maxSeries` combinations, new ones are counted in one
 * overflow series per kind. Series that stay in use keep their memory from window to window; one that is idle
 * for a whole window is forgotten, so the bound is one on live combinations.
 */
export class Aggregator implements TrackerSink {
  readonly #series = new Map<number, Series>();
  readonly #overflow = new Map<RecordKind, Series>();
  readonly #components = new Map<number, ComponentTimes>();
  readonly #repeats = new Map<number, Map<number, Repeat>>();
  #seriesCount = 0;
  #repeatCount = 0;
  #empty = true;

  constructor(private readonly maxSeries: number) {}

  /** True while nothing was counted since the last `reset`. */
  get isEmpty(): boolean {
    return this.#empty;
  }

  get seriesCount(): number {
    return this.#seriesCount;
  }

  request(endpointId: number, status: number, errorId: number, durationUs: number): void {
    this.find(RECORD_KIND.request, endpointId, 0, 0, status, errorId).histogram.record(durationUs);
    this.#empty = false;
  }

  child(
    kind: RecordKind,
    endpointId: number,
    signatureId: number,
    sourceId: number,
    status: number,
    errorId: number,
    durationUs: number,
  ): void {
    this.find(kind, endpointId, signatureId, sourceId, status, errorId).histogram.record(
      durationUs,
    );
    this.#empty = false;
  }

  components(endpointId: number, databaseUs: number, webServicesUs: number, ownUs: number): void {
    // Bounded by the dictionary's endpoints.
    const known = this.#components.get(endpointId);
    if (known === undefined) {
      this.#components.set(endpointId, { databaseUs, webServicesUs, ownUs, attributes: undefined });
      return;
    }
    known.databaseUs += databaseUs;
    known.webServicesUs += webServicesUs;
    known.ownUs += ownUs;
  }

  repeated(endpointId: number, signatureId: number, sourceId: number, times: number): void {
    const outer = endpointId * ID_SPACE + signatureId;
    let bySource = this.#repeats.get(outer);
    if (bySource === undefined) {
      // A diagnosis, not a total: past the bound the calls themselves are still all counted.
      if (this.#repeatCount >= this.maxSeries) return;
      this.#repeats.set(outer, (bySource = new Map()));
    }
    const known = bySource.get(sourceId);
    if (known === undefined) {
      this.#repeatCount++;
      bySource.set(sourceId, {
        endpointId,
        signatureId,
        sourceId,
        requests: 1,
        calls: times,
        max: times,
        attributes: undefined,
      });
      return;
    }
    known.requests++;
    known.calls += times;
    known.max = Math.max(known.max, times);
  }

  /** Series with at least one operation in this window. */
  *liveSeries(): Generator<Series> {
    for (const first of this.#series.values()) {
      for (let series: Series | undefined = first; series !== undefined; series = series.next) {
        if (!series.histogram.isEmpty) yield series;
      }
    }
    for (const series of this.#overflow.values()) {
      if (!series.histogram.isEmpty) yield series;
    }
  }

  componentTimes(): ReadonlyMap<number, ComponentTimes> {
    return this.#components;
  }

  *repeats(): Generator<Repeat> {
    for (const bySource of this.#repeats.values()) yield* bySource.values();
  }

  /** Starts the next window. */
  reset(): void {
    this.#components.clear();
    this.#repeats.clear();
    this.#repeatCount = 0;
    this.#seriesCount = 0;
    for (const [key, first] of this.#series) {
      let kept: Series | undefined;
      for (let series: Series | undefined = first; series !== undefined;) {
        const next: Series | undefined = series.next;
        if (!series.histogram.isEmpty) {
          series.histogram.clear();
          series.next = kept;
          kept = series;
          this.#seriesCount++;
        }
        series = next;
      }
      if (kept === undefined) this.#series.delete(key);
      else if (kept !== first) this.#series.set(key, kept);
    }
    for (const series of this.#overflow.values()) series.histogram.clear();
    this.#empty = true;
  }

  /** The series of such an operation, or the one that takes what exceeds the bound. */
  find(
    kind: RecordKind,
    endpointId: number,
    signatureId: number,
    sourceId: number,
    status: number,
    errorId: number,
  ): Series {
    const key = (endpointId * ID_SPACE + signatureId) * 4 + kind;
    const first = this.#series.get(key);
    for (let series = first; series !== undefined; series = series.next) {
      if (series.sourceId === sourceId && series.errorId === errorId && series.status === status) {
        return series;
      }
    }
    if (this.#seriesCount >= this.maxSeries) return this.#overflowOf(kind);
    const series: Series = {
      kind,
      endpointId,
      signatureId,
      sourceId,
      status,
      errorId,
      overflow: false,
      histogram: new Histogram(),
      attributes: undefined,
      next: first,
    };
    this.#series.set(key, series);
    this.#seriesCount++;
    return series;
  }

  #overflowOf(kind: RecordKind): Series {
    let series = this.#overflow.get(kind);
    if (series === undefined) {
      series = {
        kind,
        endpointId: 0,
        signatureId: 0,
        sourceId: 0,
        status: 0,
        errorId: 0,
        overflow: true,
        histogram: new Histogram(),
        attributes: undefined,
        next: undefined,
      };
      this.#overflow.set(kind, series);
    }
    return series;
  }
}
