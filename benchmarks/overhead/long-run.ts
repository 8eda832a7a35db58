import { armOf } from './arms.js';
import type { Bench } from './measure.js';
import type { LongRun } from './results.js';

/** Load between two looks at the count. */
const SLICE_SECONDS = 2;

/** Whether the app's memory grows with the number of requests: looks after half of them and at the end. */
export async function measureLongRun(
  bench: Bench,
  node: string,
  requests: number,
): Promise<LongRun> {
  const { app, port } = await bench.startApp(node, armOf('retrace'), 'full', 10);
  try {
    let done = 0;
    const until = async (count: number): Promise<{ rss: number; heapUsed: number }> => {
      while (done < count) {
        const [result] = await bench.drive([{ port, paths: ['/orders'] }], SLICE_SECONDS);
        if (result === undefined || result.errors > 0) throw new Error('the app failed');
        done += result.requests;
      }
      return app.ask('memory');
    };
    const half = await until(requests / 2);
    const end = await until(requests);
    return {
      requests: done,
      heapGrowthMb: (end.heapUsed - half.heapUsed) / 1e6,
      residentGrowthMb: (end.rss - half.rss) / 1e6,
    };
  } finally {
    await app.stop();
  }
}
