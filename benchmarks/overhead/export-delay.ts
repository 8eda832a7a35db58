import { setTimeout as sleep } from 'node:timers/promises';
import { armOf } from './arms.js';
import type { Child } from './child.js';
import type { Bench } from './measure.js';
import type { ExportDelay } from './results.js';
import { median } from './summary.js';

const SIGNATURES = 2000;
/** Length of a window: three exports fall into each turn. */
const WINDOW_SECONDS = 2;
const TURN_SECONDS = 6;
/** Every signature occurs in every window, and the app is not saturated: it would hold itself up. */
const LOAD = { connections: 8, pauseMs: 3 };

/**
 * How long an export holds the app up. An app with and one without us get the same load in turns; in each turn the
 * longest delay of a 1 ms timer is taken, of which an export would be the cause if it held up the loop. The worker
 * shares the app's core, as it would on a machine that has no other free.
 */
export async function measureExportDelay(
  bench: Bench,
  node: string,
  rounds: number,
): Promise<ExportDelay> {
  const paths = Array.from({ length: SIGNATURES }, (_, index) => `/${index}`);
  const apps: { app: Child; port: number; worst: number[] }[] = [];
  try {
    for (const name of ['bare', 'retrace']) {
      const started = await bench.startApp(node, armOf(name), 'signatures', WINDOW_SECONDS);
      apps.push({ ...started, worst: [] });
    }
    const turn = async ({ app, port, worst }: (typeof apps)[number]): Promise<void> => {
      await app.ask('delays');
      await bench.drive([{ port, paths }], TURN_SECONDS, LOAD);
      const { delaysMs } = await app.ask<{ delaysMs: number[] }>('delays');
      worst.push(Math.max(...delaysMs));
      // What is left of the last window goes out in nobody's time.
      await sleep(1.5 * WINDOW_SECONDS * 1000);
    };
    for (const { app } of apps) await app.ask('watch');
    for (const one of apps) await turn(one);
    // The first turn compiled everything and met every signature for the first time.
    for (const one of apps) one.worst.length = 0;
    for (let round = 0; round < rounds; round++) {
      for (const one of round % 2 === 0 ? apps : apps.toReversed()) await turn(one);
    }
    const [without = [], with_ = []] = apps.map((one) => one.worst);
    return {
      signatures: SIGNATURES,
      exports: rounds * Math.floor(TURN_SECONDS / WINDOW_SECONDS),
      withMs: median(with_),
      withoutMs: median(without),
      addedMs: median(with_.map((worst, round) => worst - (without[round] ?? Number.NaN))),
    };
  } finally {
    for (const { app } of apps) await app.stop();
  }
}
