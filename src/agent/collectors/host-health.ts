import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AGENT_SERVICE_NAME } from '../../core/semconv.js';
import { encodeMetricsRequest } from '../../protocol/index.js';
import type { Attributes, MetricsRequest } from '../../protocol/types.js';
import { cleanMetricsRequest } from '../../signature/outgoing.js';
import { ownResource } from '../own-resource.js';
import type { Spool } from '../spool/spool.js';
import { createCollectors } from './all-collectors.js';
import { asRequest, collectRound, prepareCollectors, type Running } from './collect-round.js';
import type { MonitoredProcesses } from './monitored.js';
import type { HostView } from './types.js';

const compress = promisify(gzip);
const runFile = promisify(execFile);
/** A list of packages takes rpm some seconds on a slow disk. */
const PROGRAM_MS = 60_000;
const PROGRAM_OUTPUT_BYTES = 4 * 1024 * 1024;

const STOP_MS = 1_000;

export interface HostHealthOptions {
  /** Names of collectors that are not to run; `all` = none runs. */
  disabled: readonly string[];
  monitored: MonitoredProcesses;
  onFailure: (collector: string) => void;
  /** Tests: another tree than the host's. */
  root?: string;
}

/** Measures the host in rounds and puts each into the spool, as a batch that holds no operations. */
export class HostHealth {
  /** Batches written so far. */
  readonly own = { batches: 0, records: 0 };
  private readonly quick: Running[];
  /** Those that do not run in every round. */
  private readonly slow: Running[];
  private readonly view: HostView;
  private resource: Attributes;
  private round = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly spool: Pick<Spool, 'append'>,
    host: Attributes,
    private readonly options: HostHealthOptions,
  ) {
    this.resource = ownResource(host);
    this.view = viewOf(options);
    const { disabled } = options;
    const collectors = prepareCollectors(
      createCollectors(host, (learned) => {
        this.resource = { ...this.resource, ...learned };
      }).filter(({ name }) => !disabled.includes(name) && !disabled.includes('all')),
    );
    this.quick = collectors.filter(({ collector }) => collector.everyRounds === 1);
    this.slow = collectors.filter(({ collector }) => collector.everyRounds > 1);
  }

  /** Linux only: elsewhere there is no /proc to read. */
  start(everyMs: number, onProblem: () => void): void {
    if (this.quick.length + this.slow.length === 0 || process.platform !== 'linux') return;
    const next = (): void => {
      // A round that is still under way is not joined by a second one.
      this.running ??= this.collect()
        .catch(onProblem)
        .finally(() => {
          this.running = undefined;
        });
    };
    this.timer = setInterval(next, everyMs);
    next();
  }

  /** Waits for the round under way, but not for a disk or a program that hangs: that round is lost. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([this.running, patience]);
    clearTimeout(timer);
  }

  /** One round, without storing it: what would leave this host. */
  async measure(): Promise<MetricsRequest[]> {
    const { round } = this;
    this.round += 1;
    return [await this.measureSome(this.quick, round), await this.measureSome(this.slow, round)];
  }

  private async measureSome(some: readonly Running[], round: number): Promise<MetricsRequest> {
    const result = await collectRound(
      some,
      round,
      this.view,
      () => this.resource,
      () => ({ unixMs: Date.now(), monotonicMs: performance.now() }),
    );
    for (const name of result.failed) this.options.onFailure(name);
    // Collectors clean what they name; nothing leaves without having passed the list itself.
    return cleanMetricsRequest(asRequest(result, AGENT_SERVICE_NAME)).request;
  }

  /** The quick ones are stored first: going through all processes or packages must not hold their figures up. */
  private async collect(): Promise<void> {
    const { round } = this;
    this.round += 1;
    await this.store(await this.measureSome(this.quick, round));
    await this.store(await this.measureSome(this.slow, round));
  }

  private async store(request: MetricsRequest): Promise<void> {
    if (request.resourceMetrics.every(({ metrics }) => metrics.length === 0)) return;
    const payload = await compress(encodeMetricsRequest(request));
    await this.spool.append({ payload, records: 0 });
    this.own.batches += 1;
  }
}

function viewOf({ root = '', monitored }: HostHealthOptions): HostView {
  return {
    root,
    monitored,
    ownPid: process.pid,
    statfs: (path) => statfs(path),
    run: async (file, args) => {
      const { stdout } = await runFile(file, [...args], {
        timeout: PROGRAM_MS,
        maxBuffer: PROGRAM_OUTPUT_BYTES,
        // Nothing of ours is the program's business, keys above all.
        env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      });
      return stdout;
    },
  };
}
