/* eslint-disable @typescript-eslint/no-require-imports -- loaded when the app has started, piece by piece */

type WriteLastWord = typeof import('./last-word.js').writeLastWord;

/** An app is busy when it starts; most last longer than this. */
const BEGIN_AFTER_MS = 1000;
const PAUSE_MS = 50;

/**
 * What last-word.ts needs, leaves first: 10 ms of loading in all (Node 20, 2 cores), which a busy machine makes 50:
 * as long as an end may take. Each piece is below 3 ms; together they hold 0.6 MB.
 */
const PIECES: readonly (() => unknown)[] = [
  () => require('../signature/outgoing.js'),
  () => require('../protocol/encode-metrics.js'),
  () => require('../histogram/index.js'),
  () => require('./request-tracker.js'),
  () => require('./window.js'),
  () => require('../transport/handover.js'),
  () => require('./last-word.js'),
];

/** Loads the pieces in turns of their own, some time from now. Keeps nothing alive, throws nothing. */
export function prepareLastWord(): void {
  let next = 0;
  const load = (): void => {
    try {
      PIECES[next++]?.();
    } catch {
      // The package is being replaced or removed: what the end is left with is loadLastWord's to find out.
      return;
    }
    if (next < PIECES.length) setTimeout(load, PAUSE_MS).unref();
  };
  setTimeout(load, BEGIN_AFTER_MS).unref();
}

/** @throws when it cannot be loaded */
export function loadLastWord(): WriteLastWord {
  return (require('./last-word.js') as typeof import('./last-word.js')).writeLastWord;
}
