import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT, type Child } from '../../helpers/child.js';
import { ask } from '../agent-fixtures.js';
import type { Books } from './books.js';
import type { Fault } from './front.js';
import { randomSource, type Random } from './random.js';
import { Rig } from './rig.js';

const CLOCK = join(ROOT, 'test/fixtures/faults/clock.cjs');
/** The agent's pauses and deadlines pass this many times as fast: its longest pause is 10 s, an attempt may take 5 s. */
const FACTOR = 6;
/** Batches waiting in the spool at which the apps rest: what is too much for the machine is no fault of the agent. */
const MAX_BACKLOG = 300;
const RUNTIMES = 8;
const HOUR_MS = 3_600_000;
/** To deliver what is left when the faults are over; a busy machine takes its time. */
const SETTLE_MS = 180_000;

export interface SoakOptions {
  seconds: number;
  seed: number;
  log?: (line: string) => void;
}

export interface SoakResult {
  recorded: number;
  books: Books;
  /** How often each fault was injected. */
  faults: Record<string, number>;
  windows: number;
  requests: number;
}

const ANSWERS: readonly Fault[] = [
  'garbage',
  'reset',
  'hang',
  'lose-answer',
  'cut-answer',
  'drip-answer',
  { status: 500 },
  { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 401 },
];

/**
 * Runtimes deliver through `retrace agent` to the server while faults of every kind hit at random: equal seeds give
 * equal faults. When they are over, every record must be in the server's database, once.
 * @throws AssertionError when the books do not add up.
 */
export async function soak({
  seconds,
  seed,
  log = () => undefined,
}: SoakOptions): Promise<SoakResult> {
  const random = randomSource(seed);
  const rig = await Rig.start();
  const stage = new Stage(rig, random);
  try {
    await stage.startAgent();
    const runtimes = Array.from({ length: RUNTIMES }, (_, i) =>
      rig.runtime(`service-${'abcdefgh'[i]}`),
    );
    let windows = 0;
    let backlog = 0;
    const traffic = setInterval(() => {
      if (backlog > MAX_BACKLOG) return;
      windows += 1;
      // Seldom a large one: some 50 KB.
      runtimes[random(RUNTIMES)]?.window({ queries: random(50) === 0 ? 200 : 1 + random(8) });
    }, 80);
    const endMs = Date.now() + seconds * 1000;
    for (let reportMs = Date.now(); Date.now() < endMs;) {
      await stage.injectOne();
      await pause(200 + random(1300));
      backlog = (await rig.status().catch(() => undefined))?.counts.spooled.batches ?? backlog;
      if (Date.now() - reportMs < 30_000) continue;
      reportMs = Date.now();
      const { committed } = await rig.books();
      log(
        `${Math.round((endMs - reportMs) / 1000)} s left: ${rig.recorded} recorded, ${committed} committed`,
      );
    }
    clearInterval(traffic);
    await stage.calm();
    const books = await rig.settled(SETTLE_MS).catch(async (error: unknown) => {
      log(
        `not settled: ${JSON.stringify(await rig.status().catch(() => 'the agent does not answer'))}`,
      );
      throw error;
    });
    return {
      recorded: rig.recorded,
      books,
      faults: stage.injected,
      windows,
      requests: rig.front.requests,
    };
  } finally {
    await rig.close();
  }
}

class Stage {
  readonly injected: Record<string, number> = {};
  private agent: Child | undefined;
  private readonly faults: readonly [name: string, inject: () => Promise<void>][] = [
    ['answers', () => this.badAnswers()],
    ['answers', () => this.badAnswers()],
    ['server away', () => this.serverAway()],
    ['server restarted', () => this.restartServer()],
    ['agent kill -9', () => this.restartAgent('SIGKILL')],
    ['agent kill -9', () => this.restartAgent('SIGKILL')],
    ['agent stopped', () => this.restartAgent('SIGTERM')],
    ['agent frozen', () => this.freezeAgent()],
    ['clock moved', () => this.moveClock()],
    ['hostile body', () => this.hostileBody()],
  ];

  constructor(
    private readonly rig: Rig,
    private readonly random: Random,
  ) {}

  async startAgent(): Promise<void> {
    this.agent = await this.rig.agentProcess({ RETRACE_TEST_CLOCK: `${FACTOR},0` }, CLOCK);
  }

  async injectOne(): Promise<void> {
    const [name, inject] = this.faults[
      this.random(this.faults.length)
    ] as (typeof this.faults)[number];
    this.injected[name] = (this.injected[name] ?? 0) + 1;
    await inject();
  }

  /** No more faults. */
  async calm(): Promise<void> {
    this.rig.front.script = () => undefined;
    this.agent?.process.send({ skewMs: 0 });
    await Promise.resolve();
  }

  private async badAnswers(): Promise<void> {
    const fault = ANSWERS[this.random(ANSWERS.length)];
    const oneIn = 1 + this.random(3);
    this.rig.front.script = (count) => (count % oneIn === 0 ? fault : undefined);
    await pause(300 + this.random(1000));
    this.rig.front.script = () => undefined;
  }

  private async serverAway(): Promise<void> {
    await this.rig.front.stop();
    await pause(this.random(4000));
    await this.rig.front.start();
  }

  private async restartServer(): Promise<void> {
    await this.rig.server.stop();
    await pause(this.random(500));
    await this.rig.startServer();
  }

  private async restartAgent(signal: NodeJS.Signals): Promise<void> {
    await this.agent?.stop(signal);
    await pause(this.random(1000));
    await this.startAgent();
  }

  private async freezeAgent(): Promise<void> {
    this.agent?.process.kill('SIGSTOP');
    await pause(this.random(1500));
    this.agent?.process.kill('SIGCONT');
  }

  private async moveClock(): Promise<void> {
    const skewMs = (this.random(48) - 24) * HOUR_MS;
    this.agent?.process.send({ skewMs });
    await pause(100);
  }

  private async hostileBody(): Promise<void> {
    const bodies = [
      Buffer.from('not OTLP at all'),
      gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      Buffer.alloc(17 * 1024 * 1024),
    ];
    const at = this.random(bodies.length);
    const headers = {
      'content-type': 'application/x-protobuf',
      ...(at === 1 ? { 'content-encoding': 'gzip' } : {}),
    };
    await ask(this.rig.socketPath, { body: bodies[at], headers }).catch(() => undefined);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
