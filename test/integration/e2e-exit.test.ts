/**
 * However an app ends, what it did before shows in the reports, and the end itself is the same as without Retrace:
 * exit code, signal, stderr apart from the start block.
 */
import { availableParallelism, loadavg } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectedCounts,
  startApp,
  startPeer,
  visit,
  type App,
  type Peer,
} from '../helpers/e2e-app.js';
import type { Exit } from '../helpers/child.js';
import { TestPlatform } from '../helpers/platform.js';
import { requireService } from '../helpers/services.js';
import { until } from '../helpers/until.js';

const ROUNDS = 6;
const postgres = await requireService('postgres');

interface End {
  name: string;
  env?: Record<string, string>;
  end(app: App): void;
  expected: Exit;
}

const ends: End[] = [
  {
    name: 'process.exit(3)',
    end: (app) => void app.process.send({ end: 'exit' }),
    expected: { code: 3, signal: null },
  },
  {
    name: 'an uncaught exception',
    end: (app) => void app.process.send({ end: 'throw' }),
    expected: { code: 1, signal: null },
  },
  {
    name: 'an unhandled rejection',
    end: (app) => void app.process.send({ end: 'reject' }),
    expected: { code: 1, signal: null },
  },
  {
    name: 'the natural end',
    end: (app) => void app.process.send({ end: 'natural' }),
    expected: { code: 0, signal: null },
  },
  {
    name: 'SIGTERM that the app does not handle',
    end: (app) => void app.process.kill('SIGTERM'),
    expected: { code: null, signal: 'SIGTERM' },
  },
  {
    name: 'SIGTERM that the app handles',
    env: { HANDLE_SIGTERM: '1' },
    end: (app) => void app.process.kill('SIGTERM'),
    expected: { code: 5, signal: null },
  },
  {
    name: 'SIGINT that the app does not handle',
    end: (app) => void app.process.kill('SIGINT'),
    expected: { code: null, signal: 'SIGINT' },
  },
  {
    name: 'SIGHUP that the app does not handle',
    end: (app) => void app.process.kill('SIGHUP'),
    expected: { code: null, signal: 'SIGHUP' },
  },
];

/**
 * The start block runs from its first line to the one about literals. The frame is Node's own: until Node 24 any
 * AsyncLocalStorage, whoever's, puts it below every callback.
 */
function hostsOwn(stderr: string): string {
  return stderr
    .replace(/^retrace [^]*?literals: never sent[^\n]*\n/m, '')
    .replace(/^ +at process\.callbackTrampoline .*\n/gm, '');
}

describe.skipIf(postgres.reason)('the end of a process', () => {
  const platform = new TestPlatform();
  let peer: Peer;

  beforeAll(async () => {
    await platform.start();
    peer = await startPeer();
  });

  afterAll(async () => {
    peer?.close();
    await platform.close();
    await postgres.service?.stop();
  });

  async function runTo(
    end: End,
    name: string,
    observed: boolean,
  ): Promise<{ exit: Exit; stderr: string; stdout: string }> {
    if (postgres.service === undefined) throw new Error(postgres.reason);
    const app = await startApp({
      framework: 'express5',
      format: 'cjs',
      postgres: postgres.service,
      peer,
      env: { ...platform.env(name), ...end.env },
      observed,
    });
    await visit(app, ROUNDS);
    end.end(app);
    return { exit: await app.exit, stderr: hostsOwn(app.stderr()), stdout: app.stdout() };
  }

  /**
   * An end waits for 50 ms at most, by the clock: where the machine gives neither of two threads a turn in that time,
   * the last window is lost. Then the agent says so, which is all that can be asked of a machine with several times
   * more to run than cores. Of any other, more than one lost end out of eight is a fault.
   */
  const MAX_LOST = 1;
  let said = 0;
  let unexcused = 0;

  it.each(ends)('$name loses nothing unsaid and stays as it is', async (end) => {
    const name = end.name.replace(/\W+/g, '-');
    const bare = await runTo(end, name, false);
    const observed = await runTo(end, name, true);
    expect(bare.exit).toEqual(end.expected);
    expect(observed).toEqual(bare);
    await until(
      'the counts, or their loss, are there',
      async () => (await platform.requests(name)) > 0 || (await platform.missingWindows()) > said,
      15_000,
    );
    const missing = await platform.missingWindows();
    if (missing === said) {
      expect(await platform.counts(name)).toEqual(expectedCounts('express5', ROUNDS));
    } else {
      await platform.settled();
      expect(await platform.requests(name)).toBe(0);
      if ((loadavg()[0] ?? 0) < 2 * availableParallelism()) unexcused += 1;
    }
    said = missing;
    expect(unexcused).toBeLessThanOrEqual(MAX_LOST);
  });
});
