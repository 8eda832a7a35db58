import { armOf } from './arms.js';
import type { Bench } from './measure.js';
import type { ExportDelay } from './results.js';
import { median } from './summary.js';

const SIGNATURES = 2000;
/** Fewer bytes than so many signatures take, gzipped: a message that does not hold them all. */
const LEAST_BYTES = SIGNATURES * 10;
/** Length of a window: one export falls into each. */
const WINDOW_SECONDS = 2;
const TURN_SECONDS = 6;
/** Every signature occurs in every window, and the app is not saturated: it would hold itself up. */
const LOAD = { connections: 8, pauseMs: 3 };
/** An export ends with its arrival at the agent and has begun at most so long before, pauses included. */
const EXPORT_MS = 150;

/**
 * How long an export holds the app up: the longest delay of a 1 ms timer while one goes out, beside the longest in a
 * time of the same length half a window before, when none does. In the same process, a second apart, so that what else
 * holds it up, collections and the machine's other guests, is in both. The worker shares the app's core, as it would
 * on a machine that has no other free.
 */
export async function measureExportDelay(
  bench: Bench,
  node: string,
  rounds: number,
): Promise<ExportDelay> {
  const paths = Array.from({ length: SIGNATURES }, (_, index) => `/${index}`);
  const { app, port } = await bench.startApp(node, armOf('retrace'), 'signatures', WINDOW_SECONDS);
  const during: number[] = [];
  const between: number[] = [];
  try {
    await app.ask('watch');
    // The first turn compiles everything and meets every signature for the first time.
    for (let round = 0; round <= rounds; round++) {
      await app.ask('delays');
      await bench.arrivals();
      const begunMs = performance.timeOrigin + performance.now();
      await bench.drive([{ port, paths }], TURN_SECONDS, LOAD);
      const { delays } = await app.ask<{ delays: [atMs: number, delayMs: number][] }>('delays');
      const longest = (untilMs: number): number =>
        Math.max(
          0,
          ...delays
            .filter(([atMs]) => atMs > untilMs - EXPORT_MS && atMs <= untilMs)
            .map(([, delayMs]) => delayMs),
        );
      for (const { atMs, bytes } of await bench.arrivals()) {
        const halfMs = (WINDOW_SECONDS * 1000) / 2;
        const isWhole = bytes >= LEAST_BYTES && atMs - EXPORT_MS > begunMs;
        if (round === 0 || !isWhole) continue;
        during.push(longest(atMs));
        between.push(longest(atMs - halfMs));
      }
    }
    if (during.length < rounds) throw new Error('too few exports with all signatures were seen');
    return {
      signatures: SIGNATURES,
      exports: during.length,
      withMs: median(during),
      withoutMs: median(between),
      addedMs: median(during.map((delayMs, at) => delayMs - (between[at] ?? Number.NaN))),
    };
  } finally {
    await app.stop();
  }
}
