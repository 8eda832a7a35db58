/**
 * Preload entry: `node --require retrace/register app.js` or `--import retrace/register`.
 * Guards first, then the runtime. Nothing here may throw into the host, and this file alone must also load on
 * Node versions that cannot parse the rest: no syntax younger than ES2017 and no import before the check.
 */

/* eslint-disable @typescript-eslint/no-require-imports -- loaded in the order of the guards, not hoisted */

const OLDEST_MAJOR = 20;
const OLDEST_MINOR = 19;
/** Marks a thread in which a copy of Retrace runs already, whatever path it came from. */
const LOADED = Symbol.for('retrace.registered');

function isSupportedNode(): boolean {
  const parts = process.versions.node.split('.');
  const major = Number(parts[0]);
  return major > OLDEST_MAJOR || (major === OLDEST_MAJOR && Number(parts[1]) >= OLDEST_MINOR);
}

function isOwnWorker(): boolean {
  const threads = require('node:worker_threads') as typeof import('node:worker_threads');
  if (threads.isMainThread) return false;
  const data = threads.workerData as { mark?: unknown } | null | undefined;
  const mark = (require('./aggregate/options.js') as typeof import('./aggregate/options.js'))
    .WORKER_MARK;
  return typeof data === 'object' && data !== null && data.mark === mark;
}

/** Threads that Node runs for itself, such as that of module.register(), have no app in them. */
function isInternalThread(): boolean {
  const threads = require('node:worker_threads') as { isInternalThread?: boolean };
  return threads.isInternalThread === true;
}

try {
  if (!isSupportedNode()) {
    process.stderr.write(
      'retrace: Node.js ' +
        process.versions.node +
        ' is not supported (needs ' +
        OLDEST_MAJOR +
        '.' +
        OLDEST_MINOR +
        ' or later); the app runs unobserved\n',
    );
  } else if (!(LOADED in globalThis) && !isOwnWorker() && !isInternalThread()) {
    Object.defineProperty(globalThis, LOADED, { value: true });
    (require('./bootstrap.js') as typeof import('./bootstrap.js')).bootstrap();
  }
} catch (_error) {
  // The message could carry anything, the host's start must go on: one fixed line.
  try {
    process.stderr.write('retrace: could not start; the app runs unobserved\n');
  } catch (_again) {
    // No stderr: no line.
  }
}
