import type { Range } from './api-types.js';

/**
 * What processes measured of themselves, over time.
 *
 *   GET /api/services/:id/runtime?from&to   → RuntimeAnswer
 *
 * `instance=<RuntimeInstance.id>`: the chart of one process instead of all together.
 */

/**
 * Figures of one kind over a bucket. A process measures once per window (10 s by default); over more windows and
 * processes the smallest, the mean and the largest of the measured values.
 */
export interface Gauge {
  min: number;
  mean: number;
  max: number;
}

/** How late the event loop was, µs. */
export interface EventLoopDelay {
  minUs: number;
  meanUs: number;
  /**
   * Percentiles cannot be averaged: each is the highest that any window of any process had, which the percentile of
   * all of them together cannot exceed.
   */
  p50Us: number;
  p90Us: number;
  p99Us: number;
  maxUs: number;
}

/** Garbage collections of one kind in a bucket, all processes together, as far as they were observed. */
export interface GcFigures {
  type: 'minor' | 'major' | 'incremental' | 'weakcb';
  count: number;
  totalUs: number;
  maxUs: number;
}

/**
 * What processes measured of themselves in one bucket; event loop and heap are the main thread's. A part is null where
 * nothing was received: an older runtime, another language, a process that did not live for a whole window – and the
 * delay of an event loop that was busy for less than 1 % of the time, because an idle process is not woken to probe it.
 */
export interface RuntimePoint {
  timeMs: number;
  /** Processes that the point is about. */
  instances: number;
  eventLoopDelay: EventLoopDelay | null;
  /** 0 … 1: share of time in which the event loop was not idle. */
  eventLoopUtilization: Gauge | null;
  /** Of the time observed; [] where there was none. */
  gc: GcFigures[];
  /**
   * Time in which the processes' garbage collections were observed, summed over the processes, s: what counts and times
   * of collections are a share of. 0: nothing is known of them. Other OpenTelemetry SDKs do not say it; of a process of
   * theirs that collected, the whole bucket counts.
   */
  gcObservedSeconds: number;
  /** Time in which they were too many to observe, s. */
  gcUnobservedSeconds: number;
  /** Bytes in use in V8's heap. */
  heapUsedBytes: Gauge | null;
  /** The largest that V8 lets the heap become, bytes. */
  heapLimitBytes: Gauge | null;
  /** Resident memory of the process, bytes. */
  memoryBytes: Gauge | null;
  /** 1 = one core busy all the time; user and system together. */
  cpu: Gauge | null;
}

/** A process that measured itself in the range. */
export interface RuntimeInstance {
  id: string;
  hostName: string;
  /** `nodejs 20.20.0` */
  runtime: string;
  /** Version of the service. */
  version: string;
  lastSeenMs: number;
  /** Over the range. */
  total: RuntimePoint;
}

export interface RuntimeAnswer {
  range: Range;
  service: { id: string; name: string };
  /** The process asked for with `instance`; null: all of them together. */
  instance: string | null;
  /** Oldest first; buckets without data are absent. */
  chart: RuntimePoint[];
  /** Latest first, at most 200, whatever `instance` says. */
  instances: RuntimeInstance[];
  /** More than `instances` holds when there were more. */
  instancesSeen: number;
}
