import type { MessagePort } from 'node:worker_threads';
import type { ServerAccess } from '../config/types.js';
import type { DictionaryEntry } from '../signature/dictionary.js';
import type { PulseSource } from './host-pulse.js';

/** Marks our own worker's workerData: a preload that finds it does nothing, so the worker cannot start itself. */
export const WORKER_MARK = 'retrace:worker';

/** What the worker needs to know; plain values, so that it crosses by structured clone. */
export interface PipelineOptions {
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
  readonly serviceNamespace: string | undefined;
  readonly environment: string | undefined;
  /** Version of this package. */
  readonly sdkVersion: string;
  /** Absolute path of the agent's Unix socket. */
  readonly agentSocket: string;
  /** Set = no agent: windows go straight to this server, and there is no hand-over. */
  readonly direct?: ServerAccess | undefined;
  readonly windowSeconds: number;
  readonly maxSeries: number;
  readonly backlogMaxBytes: number;
  readonly logLevel: 'none' | 'warn' | 'info' | 'debug';
  /** Only the worker of the host's main thread prints: one process, at most one line. */
  readonly mainThread: boolean;
  /** `performance.timeOrigin` of the recording thread, ms: the zero of all start times in the ring. */
  readonly timeOriginMs: number;
}

/** What the worker's port carries. */
export type WorkerMessage = DictionaryEntry | ({ readonly kind: 'pulse' } & PulseSource);

/** `workerData` of the worker. */
export interface WorkerData {
  readonly mark: typeof WORKER_MARK;
  readonly ring: SharedArrayBuffer;
  /** Carries dictionary entries, in order, each before the first record that uses it; and once the pulse. */
  readonly port: MessagePort;
  /** The process's other recording threads; undefined in the worker of the main thread. */
  readonly group: SharedArrayBuffer | undefined;
  readonly options: PipelineOptions;
}
