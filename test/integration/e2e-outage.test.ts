/** Agent or server away: the app neither slows down nor says more than one line, and nothing is lost or counted twice. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  expectedCounts,
  startApp,
  startPeer,
  visit,
  type App,
  type Peer,
} from '../helpers/e2e-app.js';
import { TestPlatform } from '../helpers/platform.js';
import { requireService } from '../helpers/services.js';
import { until } from '../helpers/until.js';

const ROUNDS = 10;
/** Only to make the windows come sooner. */
const SHORT_WINDOW = { RETRACE_EXPORT_INTERVAL_SECONDS: '1' };
/** These rely on the 50 ms of an exit, which a starved machine may not give (see e2e-exit). */
const LAST_WINDOW = { retry: 2 };
const postgres = await requireService('postgres');

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

describe.skipIf(postgres.reason)('agent or server away', () => {
  let platform: TestPlatform;
  let peer: Peer;
  let app: App | undefined;

  beforeEach(async () => {
    platform = await new TestPlatform().start();
    peer = await startPeer();
  });

  afterEach(async () => {
    await app?.stop('SIGKILL');
    app = undefined;
    peer.close();
    await platform.close();
  });

  async function start(env: Record<string, string> = SHORT_WINDOW): Promise<App> {
    if (postgres.service === undefined) throw new Error(postgres.reason);
    app = await startApp({
      framework: 'express5',
      format: 'cjs',
      postgres: postgres.service,
      peer,
      env: { ...platform.env('app'), ...env },
    });
    return app;
  }

  const arrived = (rounds: number): Promise<unknown> =>
    until('everything has arrived', async () => (await platform.requests('app')) >= rounds * 5);

  /** What the app's stderr holds beyond the start block. */
  const linesAfterStart = (running: App): string[] =>
    running
      .stderr()
      .replace(/^retrace [^]*?literals: never sent[^\n]*\n/m, '')
      .split('\n')
      .filter((line) => line !== '');

  it('agent away, then back: the runtime keeps its windows', async () => {
    const running = await start();
    await visit(running, ROUNDS);
    await arrived(ROUNDS);
    await platform.stopAgent();
    for (let i = 0; i < 3; i++) {
      await visit(running, ROUNDS);
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    expect(linesAfterStart(running).length).toBeLessThanOrEqual(1);
    expect(await platform.requests('app')).toBe(ROUNDS * 5);
    await platform.startAgent();
    await arrived(4 * ROUNDS);
    await running.stop();
    expect(await platform.counts('app')).toEqual(expectedCounts('express5', 4 * ROUNDS));
    expect(linesAfterStart(running).length).toBeLessThanOrEqual(1);
  });

  it(
    'no agent at all until the app is over: the next agent takes what it left',
    LAST_WINDOW,
    async () => {
      await platform.stopAgent();
      const running = await start();
      await visit(running, ROUNDS);
      await running.stop();
      expect(
        filesIn(path.join(path.dirname(platform.socketPath), 'handover')).length,
      ).toBeGreaterThan(0);
      await platform.startAgent();
      await arrived(ROUNDS);
      expect(await platform.counts('app')).toEqual(expectedCounts('express5', ROUNDS));
      await until(
        'the hand-over folder is empty',
        () => filesIn(path.join(path.dirname(platform.socketPath), 'handover')).length === 0,
      );
    },
  );

  it(
    'server away, agent killed meanwhile, then both back: the spool keeps it',
    LAST_WINDOW,
    async () => {
      const running = await start();
      await visit(running, ROUNDS);
      await arrived(ROUNDS);
      await platform.stopServer();
      await visit(running, ROUNDS);
      await running.stop();
      await until('the spool holds it', () => filesIn(path.join(platform.dir, 'spool')).length > 0);
      await platform.stopAgent();
      await platform.startServer();
      await platform.startAgent();
      await arrived(2 * ROUNDS);
      expect(await platform.counts('app')).toEqual(expectedCounts('express5', 2 * ROUNDS));
      expect((await platform.services()).losses).toEqual([]);
    },
  );

  it(
    'agent and server killed again and again under traffic: every request once',
    LAST_WINDOW,
    async () => {
      const running = await start();
      let rounds = 0;
      for (let i = 0; i < 3; i++) {
        const traffic = (async () => {
          for (let k = 0; k < 5; k++) {
            await visit(running, 4);
            rounds += 4;
            await new Promise((resolve) => setTimeout(resolve, 250));
          }
        })();
        await new Promise((resolve) => setTimeout(resolve, 300 + i * 170));
        await platform.stopAgent('SIGKILL');
        await platform.startAgent();
        if (i === 1) {
          await platform.stopServer('SIGKILL');
          await platform.startServer();
        }
        await traffic;
      }
      await running.stop();
      await arrived(rounds);
      await platform.stopAgent();
      expect(await platform.counts('app')).toEqual(expectedCounts('express5', rounds));
    },
  );

  it('the app is as fast without an agent as with one', async () => {
    const running = await start();
    await visit(running, 30);
    const timed = async (): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 15; i++) {
        const startMs = performance.now();
        await visit(running, 10);
        times.push(performance.now() - startMs);
      }
      return times.sort((a, b) => a - b)[7] as number;
    };
    const withAgent = await timed();
    await platform.stopAgent();
    const withoutAgent = await timed();
    // Half as much again: far above what a loaded machine adds to a median, far below any waiting for an agent.
    expect(withoutAgent).toBeLessThan(withAgent * 1.5 + 20);
  });
});
