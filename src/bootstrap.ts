import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { allInstrumentations } from '../instrumentations/index.js';
import { createWorkerHandle, type WorkerHandle } from './aggregate/worker-handle.js';
import { loadRuntimeConfig } from './config/load-runtime.js';
import type * as LoadServerAccess from './config/load-server-access.js';
import type { RuntimeConfig, ServerAccess } from './config/types.js';
import { setInterval, setTimeout } from './core/builtins.js';
import { createDiag, type Diag } from './core/diag.js';
import { installExitHook } from './core/exit-hook.js';
import { createSignalHook } from './core/signal-hook.js';
import { VERSION } from './core/version.js';
import { type Hooks, installHooks } from './hook/index.js';
import { createRecorder } from './record/recorder.js';
import { ringBytes } from './ring/layout.js';
import { RingWriter } from './ring/writer.js';
import { SignatureTable, type SignatureTableOptions } from './signature/intern.js';
import type * as StatementsModule from './signature/statements.js';
import { formatStartBlock } from './core/start-block.js';
import type * as DescribeWay from './transport/describe-way.js';

/** When hook states are settled: most apps have loaded their libraries by then. */
const START_BLOCK_AFTER_MS = 500;
/** A turn of its own. */
const MEASURE_AFTER_MS = 700;

/** Beside this file and not beside the handle's, which the build puts into this one. */
const WORKER_FILE = join(__dirname, 'aggregate', 'worker-entry.js');

/** Composition root of the runtime: the only file that knows every part. Once per thread. */
export function bootstrap(): void {
  const { config, warnings, direct: wantsDirect } = loadRuntimeConfig();
  const diag = createDiag(writeStderr, config.logLevel);
  for (const warning of warnings) diag.warnOnce(warning, warning);
  if (!config.enabled) return;
  const direct = wantsDirect ? loadDirect(diag) : undefined;

  const ring = new SharedArrayBuffer(ringBytes(config.ringRecords));
  const worker = createWorkerHandle(WORKER_FILE, ring, pipelineOptions(config, direct), diag);
  const start = once(() => {
    if (isMainThread) printStartBlock(config, direct, hooks);
  });
  const exitHook = installExitHook({
    onExit() {
      worker.flush();
      start();
    },
    onLookup: () => signals?.check(),
  });
  // Signals reach the main thread only.
  const signals = isMainThread ? createSignalHook(exitHook, () => worker.flush()) : undefined;

  if (signals !== undefined) {
    // Threads of the host record, too, and end with this one.
    subscribe('worker_threads', () => {
      try {
        if (!worker.isStarting) signals.arm();
      } catch {
        // Signals end the process as they would without us; what a thread recorded last is lost then.
      }
    });
  }

  const signatures = new SignatureTable({
    urlTemplates: config.urlTemplates,
    openStatements,
    onEntry(entry) {
      // The first entry precedes the first record: from here on there is something to lose.
      signals?.arm();
      worker.post(entry);
    },
  });
  if (signatures.invalidTemplates.length > 0) {
    diag.warnOnce('templates', 'RETRACE_URL_TEMPLATES: an entry is no path template; left out');
  }
  const recorder = createRecorder(new RingWriter(ring), signatures);
  const hooks = installHooks(
    allInstrumentations(),
    recorder,
    { disabled: config.disabledInstrumentations },
    diag,
  );

  // Not on the first request's time, and not at all in a script that is over before.
  setTimeout(() => {
    try {
      worker.start();
      start();
    } catch {
      // No start block; the worker starts with the first record.
    }
  }, START_BLOCK_AFTER_MS).unref();
  if (isMainThread) measureProcess(worker, config.exportIntervalSeconds * 1000);
}

/** A file of its own, loaded with the first SQL client. */
const openStatements: SignatureTableOptions['openStatements'] = (options) =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  (require('./signature/statements.js') as typeof StatementsModule).openStatements(options);

/**
 * Who the app is, as known when there is something to tell. Process managers preload us into a container of
 * their own, which sets the app's environment and its script (`process.argv[1]`) afterwards.
 */
const lateConfig = once(() => loadRuntimeConfig().config);

/** Apps with an agent, nearly all, never load what this needs. */
function loadDirect(diag: Diag): ServerAccess | undefined {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { loadDirectAccess } = require('./config/load-server-access.js') as typeof LoadServerAccess;
  const { access, warning } = loadDirectAccess();
  if (warning !== undefined) diag.warnOnce(warning, warning);
  return access;
}

function pipelineOptions(
  config: RuntimeConfig,
  direct: ServerAccess | undefined,
): Parameters<typeof createWorkerHandle>[2] {
  return {
    // Read when the worker starts, and cloned into it.
    get serviceName() {
      return lateConfig().serviceName;
    },
    get serviceVersion() {
      return lateConfig().serviceVersion;
    },
    get serviceNamespace() {
      return lateConfig().serviceNamespace;
    },
    get environment() {
      return lateConfig().environment;
    },
    sdkVersion: VERSION,
    agentSocket: config.agentSocket,
    direct,
    windowSeconds: config.exportIntervalSeconds,
    maxSeries: config.maxSeries,
    backlogMaxBytes: config.backlogMaxBytes,
    logLevel: config.logLevel,
    mainThread: isMainThread,
    timeOriginMs: performance.timeOrigin,
  };
}

/** Loads node:v8, which takes 3 to 8 ms of CPU that a start has not (Node 20 and 24, on a busy machine). */
function loadHostPulse(): typeof import('./aggregate/host-pulse.js') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require('./aggregate/host-pulse.js') as typeof import('./aggregate/host-pulse.js');
}

/** @param windowMs two pulses in each, so that it finds a new one whatever the two threads' timers do. */
function measureProcess(worker: WorkerHandle, windowMs: number): void {
  setTimeout(() => {
    try {
      const { startHostPulse } = loadHostPulse();
      worker.watch(startHostPulse(setInterval, windowMs / 2));
    } catch {
      // Nothing is known of the process itself then.
    }
  }, MEASURE_AFTER_MS).unref();
}

function printStartBlock(
  config: RuntimeConfig,
  direct: ServerAccess | undefined,
  hooks: Hooks,
): void {
  if (config.logLevel !== 'info' && config.logLevel !== 'debug') return;
  writeStderr(
    formatStartBlock({
      version: VERSION,
      serviceName: lateConfig().serviceName,
      serviceVersion: lateConfig().serviceVersion,
      destination: direct === undefined ? config.agentSocket : describeDirect(direct),
      windowSeconds: config.exportIntervalSeconds,
      hooks: hooks.states(),
    }),
  );
}

function describeDirect(direct: ServerAccess): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { describeWay } = require('./transport/describe-way.js') as typeof DescribeWay;
  const { address, proxy } = describeWay(direct);
  return `${address} directly${proxy === undefined ? '' : ` through the proxy ${proxy}`}`;
}

/** Straight to the descriptor: reading `process.stderr` would create the host's stream before the host does. */
function writeStderr(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Closed, or a full pipe that must not block: our words are dispensable.
  }
}

function once<T>(run: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => (done ??= { value: run() }).value;
}
