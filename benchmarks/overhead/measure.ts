import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arm, HERE, type Ports, SCENARIOS, type Where } from './arms.js';
import { type Child, start } from './child.js';

/** One arm in one scenario in one round. */
export interface Run {
  readonly arm: string;
  /** The arm it is compared with ran beside it: the bare one has a run per partner. */
  readonly beside: string;
  readonly scenario: string;
  readonly round: number;
  /** Major version of Node. */
  readonly node: string;
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** User and system time of all threads of the app's process. */
  readonly cpuUsPerRequest: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Resident set after two collections of the main heap. */
  readonly rssBytes: number;
  /** From spawning the process until it listens. */
  readonly startMs: number;
}

export interface LoadResult {
  requests: number;
  errors: number;
  elapsedMs: number;
  p50Us: number;
  p99Us: number;
}

/** Long enough for some hundred requests, short enough that a disturbance of the machine meets both arms. */
const SLICE_MS = 100;

/**
 * So that a service is measured that has been running for a while. V8 compiles for some seconds, the longer the more
 * code there is: after 3 s its threads took 14.1 µs per request beside Retrace and 6.8 beside nothing, after 10 s 7.9
 * and 5.9 (bench:profile, on a day on which a request of the bare app took 200 to 230).
 */
export const WARM_UP_SECONDS = 10;

export interface Plan {
  readonly node: { readonly path: string; readonly major: string };
  readonly scenario: string;
  readonly round: number;
  /** Load on each arm. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

const certificate = createRequire(import.meta.url)('../../test/fixtures/apps/certificate.cjs') as {
  cert: string;
};

/** What stands around the app: stubs and load generator. */
export class Bench {
  private constructor(
    private readonly folder: string,
    readonly ports: Ports,
    private readonly beside: Child,
  ) {}

  static async open(): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'retrace-bench-'));
    writeFileSync(join(folder, 'ca.pem'), certificate.cert);
    // Always the Node that runs this: the same for every version under test.
    const { child, first } = await start<{ ports: Ports }>({
      node: process.execPath,
      core: 'other',
      args: [join(HERE, 'beside', 'main.mjs'), join(folder, 'agent.sock')],
    });
    return new Bench(folder, first.ports, child);
  }

  async close(): Promise<void> {
    await this.beside.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Our requests since the last question: when they were in, ms since the epoch, and their bytes. */
  async arrivals(): Promise<readonly { atMs: number; bytes: number }[]> {
    return (await this.beside.ask<{ arrivals: { atMs: number; bytes: number }[] }>({})).arrivals;
  }

  /** Requests that reached each intake so far. */
  async received(): Promise<Readonly<Record<string, number>>> {
    return (await this.beside.ask<{ received: Record<string, number> }>({})).received;
  }

  async startApp(
    node: string,
    arm: Arm,
    scenario: string,
    seconds: number,
  ): Promise<{ app: Child; port: number; startMs: number }> {
    const where: Where = {
      ports: this.ports,
      agentSocket: join(this.folder, 'agent.sock'),
      certificateFile: join(this.folder, 'ca.pem'),
      seconds,
    };
    const begun = performance.now();
    const { child, first } = await start<{ port: number }>({
      node,
      core: 'app',
      args: ['--expose-gc', ...arm.preload, join(HERE, 'apps', 'app.cjs')],
      env: {
        SCENARIO: scenario,
        PG_PORT: String(this.ports.postgres),
        SERVICE_PORT: String(this.ports.service),
        ...arm.env(where),
      },
    });
    return { app: child, port: first.port, startMs: performance.now() - begun };
  }

  drive(
    targets: readonly { port: number; paths: readonly string[] }[],
    seconds: number,
    more = {},
  ): Promise<LoadResult[]> {
    const slices = Math.max(1, Math.round((seconds * 1000) / SLICE_MS));
    return this.beside.ask<LoadResult[]>({ targets, slices, sliceMs: SLICE_MS, ...more });
  }

  /** Two fresh processes, warmed up, then under load in turns. */
  async measurePair(arms: readonly [Arm, Arm], plan: Plan): Promise<Run[]> {
    const { node, scenario, round, seconds, warmUpSeconds } = plan;
    const paths = [SCENARIOS[scenario]?.path ?? '/'];
    const started: { arm: Arm; app: Child; port: number; startMs: number }[] = [];
    try {
      // The wall time of the load is twice its share per arm.
      for (const arm of arms) {
        started.push({ arm, ...(await this.startApp(node.path, arm, scenario, 2 * seconds)) });
      }
      const targets = started.map(({ port }) => ({ port, paths }));
      await this.drive(targets, warmUpSeconds);
      const before = [];
      for (const { app } of started) before.push(await app.ask<{ cpuUs: number }>('usage'));
      const results = await this.drive(targets, seconds);
      const after = [];
      for (const { app } of started) after.push(await app.ask<{ cpuUs: number }>('usage'));
      const runs: Run[] = [];
      for (const [index, { arm, app, startMs }] of started.entries()) {
        const { requests, errors, elapsedMs, p50Us, p99Us } = results[index] as LoadResult;
        if (errors > 0) throw new Error(`${arm.name}, ${scenario}: ${errors} errors`);
        const cpuUs = (after[index]?.cpuUs ?? Number.NaN) - (before[index]?.cpuUs ?? Number.NaN);
        const { rss } = await app.ask<{ rss: number }>('memory');
        runs.push({
          arm: arm.name,
          beside: (started[1 - index] as { arm: Arm }).arm.name,
          scenario,
          round,
          node: node.major,
          requests,
          requestsPerSecond: requests / (elapsedMs / 1000),
          cpuUsPerRequest: cpuUs / requests,
          p50Us,
          p99Us,
          rssBytes: rss,
          startMs,
        });
      }
      return runs;
    } finally {
      for (const { app } of started) await app.stop();
    }
  }
}
