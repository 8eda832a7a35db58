import { join } from 'node:path';
import type { AgentStatus, RunningAgent } from '../../../src/agent/index.js';
import { type AgentTuning, startAgent } from '../../../src/agent/start-agent.js';
import type { AgentConfig } from '../../../src/config/types.js';
import { ROOT, startNode, type Child } from '../../helpers/child.js';
import {
  agentConfig,
  ask,
  type Authority,
  createAuthority,
  tempDir,
  until,
  writeCa,
} from '../agent-fixtures.js';
import { TestServer } from '../server-harness.js';
import { type Books, expectAccounted, readBooks, sumOf } from './books.js';
import { Front } from './front.js';
import { Runtime } from './runtime.js';

const CLI = join(ROOT, 'dist/src/cli/main.js');

/** Pauses of production (1 … 60 s) and the deadline of an attempt (30 s), shortened for tests that wait for them. */
export const SHORT: AgentTuning = {
  retry: { firstMs: 20, maxMs: 100 },
  gatherMs: 20,
  attemptMs: 1_500,
  lossReportMs: 50,
};

/**
 * The stage of every fault: a real server with its tenant database, a front before it that misbehaves on demand,
 * a real agent (in this process, or one of its own to be killed), and delivering halves of runtimes.
 */
export class Rig {
  readonly dir: string;
  readonly clean: () => void;
  readonly runtimes: Runtime[] = [];
  log = '';
  server!: TestServer;
  front!: Front;
  authority!: Authority;
  private readonly agents: RunningAgent[] = [];
  private readonly children: Child[] = [];

  constructor() {
    ({ dir: this.dir, clean: this.clean } = tempDir());
  }

  static async start(): Promise<Rig> {
    const rig = new Rig();
    rig.authority = await createAuthority();
    await rig.startServer();
    const target = { port: rig.serverPort, caFile: rig.server.running.caFile as string };
    rig.front = new Front(await rig.authority.issue(['localhost']), target);
    await rig.front.start();
    return rig;
  }

  get dataDir(): string {
    return join(this.dir, 'data');
  }

  get socketPath(): string {
    return join(this.dir, 'run', 'agent.sock');
  }

  get spoolDir(): string {
    return join(this.dir, 'run', 'spool');
  }

  get serverPort(): number {
    return Number(new URL(this.server.running.tlsUrl).port);
  }

  /** A second start uses the same port and data. */
  async startServer(): Promise<void> {
    const port = this.server === undefined ? 0 : this.serverPort;
    this.server = await TestServer.start(this.dataDir, { port });
  }

  config(more: Partial<AgentConfig> = {}): AgentConfig {
    return agentConfig(this.dir, {
      serverUrl: this.front.url,
      ingestKey: this.server.running.ingestKey,
      caFile: writeCa(this.dir, this.authority),
      ...more,
    });
  }

  /** An agent in this process. */
  async agent(more: Partial<AgentConfig> = {}, tuning: AgentTuning = SHORT): Promise<RunningAgent> {
    const write = (line: string): void => void (this.log += line);
    const agent = await startAgent(this.config(more), { write, ...tuning });
    this.agents.push(agent);
    return agent;
  }

  /** `retrace agent` as a process of its own, as it is deployed; resolves when it listens. */
  async agentProcess(env: Record<string, string> = {}, preload?: string): Promise<Child> {
    const { serverUrl, ingestKey, caFile } = this.config();
    const preloads = preload === undefined ? [] : ['--require', preload];
    const child = startNode([...preloads, CLI, 'agent'], {
      RETRACE_AGENT_SOCKET: this.socketPath,
      RETRACE_SPOOL_DIR: this.spoolDir,
      RETRACE_SERVER_URL: serverUrl,
      RETRACE_INGEST_KEY: ingestKey,
      RETRACE_CA_FILE: caFile,
      ...env,
    });
    this.children.push(child);
    let ended = false;
    void child.exit.then(() => (ended = true));
    await until(() => ended || child.stderr().includes('listens on'), 'the agent listens');
    return child;
  }

  runtime(service: string): Runtime {
    const runtime = new Runtime(this.socketPath, service);
    this.runtimes.push(runtime);
    return runtime;
  }

  get recorded(): number {
    return this.runtimes.reduce((sum, { recorded }) => sum + recorded, 0);
  }

  async status(): Promise<AgentStatus> {
    return JSON.parse(
      (await ask(this.socketPath, { method: 'GET', path: '/v1/status' })).text,
    ) as AgentStatus;
  }

  books(): Promise<Books> {
    return readBooks(this.dataDir);
  }

  /** Every runtime has handed over what it has. */
  async handedOver(limitMs = 30_000): Promise<void> {
    await until(
      () => this.runtimes.every(({ delivered }) => delivered),
      'the agent took it all',
      limitMs,
    );
  }

  /** Waits until nothing is under way any more and every record is accounted for in the server's database. */
  async settled(limitMs = 30_000): Promise<Books> {
    await this.handedOver(limitMs);
    await until(
      async () => (await this.status()).counts.spooled.batches === 0,
      'the spool is empty',
      limitMs,
    );
    let books = await this.books();
    // Losses follow in reports, one at a time.
    await until(
      async () => {
        books = await this.books();
        return books.committed + sumOf(books.dropped) >= this.recorded;
      },
      'every record is accounted for',
      limitMs,
    ).catch(() => undefined);
    expectAccounted(this.recorded, books);
    return books;
  }

  /** Stops the agents of this process; a next one continues with their spool. */
  async stopAgents(): Promise<void> {
    await Promise.all(this.agents.splice(0).map((agent) => agent.close()));
  }

  async stopProcesses(): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop('SIGKILL')));
  }

  async close(): Promise<void> {
    for (const runtime of this.runtimes) runtime.close();
    await this.stopAgents();
    await this.stopProcesses();
    await this.front.close();
    await this.server.stop();
    this.clean();
  }
}
