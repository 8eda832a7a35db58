import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { dirname } from 'node:path';
import { ConfigError, type AgentConfig } from '../config/types.js';
import { ERROR_CODE, type Signal } from '../protocol/delivery.js';
import type { Origin } from '../signature/outgoing.js';
import { describeWay } from '../transport/describe-way.js';
import { type AgentLog, createAgentLog } from './agent-log.js';
import { HostHealth } from './collectors/host-health.js';
import { MonitoredProcesses } from './collectors/monitored.js';
import { HandoverPickup } from './handover.js';
import { PendingMarks } from './pending-marks.js';
import { Intake } from './intake.js';
import { LossReporter } from './loss-report.js';
import { OutgoingTap } from './outgoing-tap.js';
import { createPrepare, hostAttributes } from './prepare.js';
import { BodyBudget } from './receiver/body-budget.js';
import { listenOnSocket, prepareSocketDir } from './receiver/listen-socket.js';
import {
  type BatchSink,
  createReceiver,
  MAX_HELD_BODY_BYTES,
  type Pages,
} from './receiver/receiver.js';
import { Refusal } from './receiver/refusal.js';
import { REPORT_MINUTES, ReportMemory } from './report/report-memory.js';
import { SENDER_SECONDS, Senders } from './senders.js';
import type { Count } from './spool/loss-ledger.js';
import { Spool } from './spool/spool.js';
import { SpoolHeldError } from './spool/spool-lock.js';
import type { AgentStatus } from './status-types.js';
import { createDestination, type Destination } from './uplink/create-poster.js';
import { Uplink, type UplinkOptions } from './uplink/uplink.js';

export interface RunningAgent {
  readonly socketPath: string;
  /** `http://127.0.0.1:<port>` of the loopback receiver; undefined = off. */
  readonly otlpUrl: string | undefined;
  status(): AgentStatus;
  /**
   * Takes over what a new configuration says of the way to the server; nothing that is stored or under way is lost.
   * @returns what else has changed and needs a restart: names of variables.
   * @throws ConfigError; everything then goes on as before.
   */
  reload(config: AgentConfig): string[];
  /** Stops within 5 s: takes nothing more, finishes what it has taken, tries to send, closes. */
  close(): Promise<void>;
}

/** Tests shorten these; there is no variable for them. */
export interface AgentTuning {
  bodyTimeoutMs?: number;
  attemptMs?: UplinkOptions['attemptMs'];
  retry?: UplinkOptions['retry'];
  gatherMs?: UplinkOptions['gatherMs'];
  /** Pause between reports of own losses. */
  lossReportMs?: number;
  /** Pause between rounds of host health. */
  hostHealthMs?: number;
  write?: (line: string) => void;
}

/** Parts of the 5 s that `close` may take. */
const FINISH_REQUESTS_MS = 1_000;
const LAST_SEND_MS = 3_000;
const LOSS_REPORT_MS = 10_000;
const HOST_HEALTH_MS = 15_000;
const DEFAULT_ROWS = 1_000;
const MAX_ROWS = 10_000;

/**
 * Starts the host agent: receiver, spool, uplink, hand-over pick-up and report memory.
 * @throws ConfigError (exit code 2) naming the variable at fault.
 */
export async function startAgent(
  config: AgentConfig,
  tuning: AgentTuning = {},
): Promise<RunningAgent> {
  const write = tuning.write ?? ((line: string) => void process.stderr.write(line));
  const log = createAgentLog(write, config.logLevel);
  const destination = createDestination(config);
  prepareSocketDir(config.socketPath);
  const spool = openSpool(config);
  const recovered = count(spool);
  const memory = new ReportMemory();
  const monitored = new MonitoredProcesses(os.hostname());
  const intake = new Intake(spool, createPrepare(), (request) => {
    monitored.seen(request);
    memory.add(request);
  });
  const tap = new OutgoingTap();
  spool.onPayload = (payload, signal) => tap.add(payload, signal);
  const senders = new Senders();
  const refused: Record<string, number> = {};
  const handover = new HandoverPickup(
    dirname(config.socketPath),
    async (body, batchKey, signal) => void (await intake.take(body, 'protobuf', batchKey, signal)),
    (code) => log.warn('handover', `a hand-over file could not be taken (${code})`),
  );
  const marks = new PendingMarks(dirname(config.socketPath), (pid) =>
    log.warn(
      'last window',
      `a process (pid ${pid}) ended without leaving its last window; what it recorded since the one before is lost`,
    ),
  );
  const { attemptMs, retry, gatherMs } = tuning;
  const startUplink = (to: Destination): Uplink => {
    const started = new Uplink(spool, { destination: to, log, attemptMs, retry, gatherMs });
    started.start();
    return started;
  };
  let uplink: Uplink | undefined;
  const reporter = new LossReporter(spool, hostAttributes(), (request) => memory.add(request));
  const health = new HostHealth(spool, hostAttributes(), {
    disabled: config.disabledCollectors ?? [],
    monitored,
    onFailure: (name) =>
      log.warn(`collector ${name}`, `host health: ${name} could not be measured`),
  });
  const reloads = { count: 0, lastMs: 0, lastProblem: '' };
  const startedAtMs = Date.now();
  let current = config;
  const status = (): AgentStatus => ({
    agentId: spool.keys.agentId,
    pid: process.pid,
    startedAtMs,
    mode: uplink === undefined ? 'local' : 'server',
    counts: {
      recovered,
      received: { ...intake.counts.received },
      own: {
        batches: reporter.own.batches + health.own.batches,
        records: reporter.own.records + health.own.records,
      },
      duplicates: intake.counts.duplicates,
      spooled: count(spool),
      committed: { ...(uplink?.committed ?? { batches: 0, records: 0 }) },
      dropped: structuredClone(spool.ledger.totals),
    },
    runtimes: { heardOf: senders.count, withinSeconds: SENDER_SECONDS },
    refused: { ...refused },
    handover: { ...handover.counts, missing: marks.ended },
    spool: { bytes: spool.totals().bytes, maxBytes: config.spoolMaxBytes },
    uplink: uplink?.snapshot() ?? OFF,
    server: serverOf(current),
    reloads: { ...reloads },
  });

  const sinkOf = (origin?: Origin): BatchSink => ({
    accept: async (body, kind, batchKey, signal) => {
      const refused = await intake.take(body, kind, batchKey, signal, origin);
      senders.heard(batchKey);
      if (refused > 0) warnOfForeign(log, signal);
      return { refused };
    },
    refuseLogs: (body, kind) => {
      const items = intake.refuseLogs(body, kind);
      warnOfForeign(log, 'logs');
      return items;
    },
    refused: (code) => {
      refused[code] = (refused[code] ?? 0) + 1;
      log.warn(`refused ${code}`, `a request was refused (${code})`);
    },
  });
  const budget = new BodyBudget(MAX_HELD_BODY_BYTES);
  const { bodyTimeoutMs } = tuning;
  const pages: Pages = {
    '/v1/status': status,
    '/v1/outgoing': (query) => tap.read(wholeNumberOf(query, 'after')),
    '/v1/report': (query) => {
      const minutes = integerOf(query, 'minutes', 15, REPORT_MINUTES);
      return memory.report(minutes, integerOf(query, 'limit', DEFAULT_ROWS, MAX_ROWS));
    },
  };
  const servers: Server[] = [];
  let otlpUrl: string | undefined;
  try {
    const socketServer = createReceiver({ sink: sinkOf(), pages, budget, bodyTimeoutMs });
    await listenOnSocket(socketServer, config.socketPath);
    servers.push(socketServer);
    if (config.otlpPort !== undefined) {
      // Reports stay on the socket: a loopback port is open to every user of the host. Our runtimes never use it.
      const sink = sinkOf('foreign');
      const tcpServer = createReceiver({ sink, pages: {}, budget, bodyTimeoutMs });
      otlpUrl = await listenOnLoopback(tcpServer, config.otlpPort);
      servers.push(tcpServer);
    }
    handover.start();
    marks.start();
  } catch (error) {
    for (const server of servers) server.close();
    await spool.close();
    throw error;
  }

  const sendFrom = (to: Destination): void => {
    uplink = startUplink(to);
    reporter.start(tuning.lossReportMs ?? LOSS_REPORT_MS, () =>
      log.warn('loss-report', 'losses could not be reported yet'),
    );
    health.start(tuning.hostHealthMs ?? HOST_HEALTH_MS, () =>
      log.warn('host-health', 'host health could not be stored'),
    );
  };
  if (destination !== undefined) sendFrom(destination);
  announce(log, config, otlpUrl, uplink !== undefined);

  const reload = (next: AgentConfig): string[] => {
    const to = createDestination(next);
    if (to === undefined && uplink !== undefined) {
      throw new ConfigError('RETRACE_SERVER_URL', 'RETRACE_SERVER_URL: missing; it was set before');
    }
    if (to !== undefined) {
      if (uplink === undefined) sendFrom(to);
      else uplink.redirect(to);
    }
    const fixed = changedForGood(current, next);
    current = { ...next, spoolMaxBytes: current.spoolMaxBytes };
    return fixed;
  };
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    reporter.stop();
    await Promise.all([
      health.stop(),
      handover.stop(),
      marks.stop(),
      ...servers.map((server) => stopServer(server)),
    ]);
    await uplink?.stop(LAST_SEND_MS);
    await spool.close();
  };
  return {
    socketPath: config.socketPath,
    otlpUrl,
    status,
    reload: (next) => {
      reloads.count += 1;
      reloads.lastMs = Date.now();
      reloads.lastProblem = '';
      try {
        return reload(next);
      } catch (error) {
        reloads.lastProblem = error instanceof ConfigError ? error.variable : 'unknown';
        throw error;
      }
    },
    close: () => (closing ??= close()),
  };
}

const OFF: AgentStatus['uplink'] = {
  state: 'off',
  attempts: 0,
  sentBytes: 0,
  lastSuccessMs: 0,
  lastFailure: '',
  consecutiveFailures: 0,
};

/** What a running agent cannot change: names of variables. */
function changedForGood(before: AgentConfig, after: AgentConfig): string[] {
  const fixed = {
    RETRACE_AGENT_SOCKET: before.socketPath === after.socketPath,
    RETRACE_OTLP_PORT: before.otlpPort === after.otlpPort,
    RETRACE_SPOOL_DIR: before.spoolDir === after.spoolDir,
    RETRACE_SPOOL_MAX_BYTES: before.spoolMaxBytes === after.spoolMaxBytes,
    RETRACE_DISABLED_COLLECTORS: listOf(before) === listOf(after),
    RETRACE_LOG_LEVEL: before.logLevel === after.logLevel,
  };
  return Object.entries(fixed).flatMap(([name, same]) => (same ? [] : [name]));
}

const listOf = ({ disabledCollectors = [] }: AgentConfig): string =>
  [...disabledCollectors].sort().join();

/** Where data goes and how, without anything secret. */
function serverOf(config: AgentConfig): AgentStatus['server'] {
  const { serverUrl, httpsProxy, noProxy } = config;
  if (serverUrl === undefined) return undefined;
  return {
    ...describeWay({ serverUrl, httpsProxy, noProxy }),
    clientCertificate: config.clientCertFile !== undefined,
  };
}

function openSpool(config: AgentConfig): Spool {
  const variable = 'RETRACE_SPOOL_DIR';
  try {
    return Spool.open(config.spoolDir, config.spoolMaxBytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      error instanceof SpoolHeldError ? message : `the spool cannot be opened (${code ?? message})`;
    throw new ConfigError(variable, `${variable}: ${why}`);
  }
}

function count(spool: Spool): Count {
  const { batches, records, waterfalls } = spool.totals();
  return waterfalls ? { batches, records, waterfalls } : { batches, records };
}

function integerOf(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new Refusal(400, ERROR_CODE.invalidParameter, `${name} must be 1 … ${max}`);
  }
  return value;
}

function wholeNumberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Refusal(400, ERROR_CODE.invalidParameter, `${name} must be a whole number`);
}

async function listenOnLoopback(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code ?? 'error';
      reject(new ConfigError('RETRACE_OTLP_PORT', `RETRACE_OTLP_PORT: cannot listen (${why})`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Requests under way may finish; connections that are still open after that are cut. */
function stopServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), FINISH_REQUESTS_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function warnOfForeign(log: AgentLog, signal: Signal | 'logs'): void {
  if (signal === 'metrics') {
    const what = 'another SDK sends metrics that cannot be added up; counted as lost';
    log.warn('unsupported', what);
    return;
  }
  const what = `another SDK sends ${signal}, which are not stored; counted as lost`;
  log.warn(`signal ${signal}`, what);
}

function announce(
  log: AgentLog,
  config: AgentConfig,
  otlpUrl: string | undefined,
  sends: boolean,
): void {
  const also = otlpUrl === undefined ? '' : ` and ${otlpUrl}`;
  const where = sends
    ? 'sends to the server over TLS'
    : config.serverUrl === undefined
      ? 'no RETRACE_SERVER_URL: data stays on this host, see `retrace report`'
      : 'no RETRACE_INGEST_KEY: data stays on this host, see `retrace report`';
  log.info('start', `listens on ${config.socketPath}${also}; ${where}`);
}
