/* eslint-disable @typescript-eslint/no-require-imports -- loaded when the app has started */

import { setTimeout } from '../core/builtins.js';

type WriteLastWord = typeof import('./last-word.js').writeLastWord;

/** An app is busy when it starts; most last longer than this. */
const BEGIN_AFTER_MS = 1000;

/**
 * Loads what the last word needs some time from now: in the last turn of a busy machine that could take as long as
 * an end may. Keeps nothing alive, throws nothing.
 */
export function prepareLastWord(): void {
  setTimeout(() => {
    try {
      loadLastWord();
    } catch {
      // The package is being replaced or removed: what the end is left with is loadLastWord's to find out.
    }
  }, BEGIN_AFTER_MS).unref();
}

/** @throws when it cannot be loaded */
export function loadLastWord(): WriteLastWord {
  return (require('./last-word.js') as typeof import('./last-word.js')).writeLastWord;
}
