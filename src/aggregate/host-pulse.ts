import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { nowUs } from '../core/clock.js';
import { GcWatch } from './gc-watch.js';
import { createPulse, DELAY_RESOLUTION_MS, PulseWriter } from './pulse.js';

/**
 * Share of busy time below which the loop is not probed: an idle process is late for nobody and should sleep.
 */
const IDLE_BELOW = 0.01;

/** What the worker gets, once. */
export interface PulseSource {
  /** See pulse.ts. */
  readonly pulse: SharedArrayBuffer;
  /**
   * Filled by a native timer of the event loop that runs no JavaScript. A copy of it in another thread reads and
   * empties the same histogram (Node.js shares what lies behind it), so that reading costs the host nothing.
   */
  readonly delay: IntervalHistogram;
  /** See collection-ring.ts; undefined where collections cannot be observed. */
  readonly collections: SharedArrayBuffer | undefined;
}

/**
 * Begins to measure the event loop and the heap of this thread, the host's main one. Costs it two native timers that
 * hold nothing open and are not listed as active resources, and every `periodMs` a pulse of 44 µs (Node 20) to 185 µs
 * (Node 26; a busy machine). To be called outside of any request: what runs later would inherit that request's context.
 * What garbage collections cost is said in gc-watch.ts.
 */
export function startHostPulse(every: typeof setInterval, periodMs: number): PulseSource {
  const pulse = createPulse();
  const writer = new PulseWriter(pulse);
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  let lastUs = nowUs();
  let lastIdleMs = performance.nodeTiming.idleTime;
  delay.enable();
  const watch = startGcWatch();
  every(() => {
    try {
      const atUs = nowUs();
      const { idleTime } = performance.nodeTiming;
      writer.write(atUs, idleTime, getHeapStatistics().heap_size_limit, getHeapSpaceStatistics());
      const busy = 1 - ((idleTime - lastIdleMs) * 1000) / (atUs - lastUs);
      lastUs = atUs;
      lastIdleMs = idleTime;
      if (busy < IDLE_BELOW) delay.disable();
      // Emptied first, else the pause itself counts as lateness.
      else if (delay.enable()) delay.reset();
      watch?.tell();
    } catch {
      // One pulse less.
    }
  }, periodMs).unref();
  return { pulse, delay, collections: watch?.shared };
}

function startGcWatch(): GcWatch | undefined {
  try {
    return new GcWatch();
  } catch {
    // The rest is worth having.
    return undefined;
  }
}
