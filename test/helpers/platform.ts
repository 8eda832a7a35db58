import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentStatus } from '../../src/agent/index.js';
import type {
  DetailAnswer,
  ReportAnswer,
  ReportKind,
  ReportRow,
  ServicesAnswer,
} from '../../src/server/api-types.js';
import { ROOT, startNode, type Child } from './child.js';
import { until } from './until.js';

const CLI = path.join(ROOT, 'dist/src/cli/main.js');

/** A report with the callers of each row. */
export interface FullReport {
  rows: ReportRow[];
  /** row id → caller → calls */
  callers: Map<string, Record<string, number>>;
}

/** The real server and the real agent as processes of their own, with temporary folders and free ports. */
export class TestPlatform {
  /** Short: a Unix socket's path has at most 107 bytes. */
  readonly dir = mkdtempSync(path.join(realpathSync(tmpdir()), 'retrace-e2e-'));
  readonly socketPath = path.join(this.dir, 'run', 'agent.sock');
  readonly #fromMs = Date.now() - 120_000;
  #server: Child | undefined;
  #agent: Child | undefined;
  #cookie = '';
  #dashboardUrl = '';
  #uplink: Record<string, string> = {};
  #ports = { RETRACE_SERVER_PORT: '0', RETRACE_DASHBOARD_PORT: '0' };

  async start(): Promise<this> {
    await this.startServer();
    await this.startAgent();
    return this;
  }

  /** A second start uses the same ports, so that the agent finds it again. */
  async startServer(): Promise<void> {
    const server = startNode([CLI, 'server'], {
      RETRACE_DATA_DIR: path.join(this.dir, 'data'),
      ...this.#ports,
    });
    this.#server = server;
    const line = async (pattern: RegExp): Promise<string> => (await server.match(pattern))[1] ?? '';
    const tlsUrl = await line(/^retrace server\s+(https:\S+)$/m);
    const loginLink = await line(/^log in \(once\)\s+(\S+)$/m);
    this.#uplink = {
      RETRACE_SERVER_URL: tlsUrl,
      RETRACE_CA_FILE: await line(/^RETRACE_CA_FILE=(.+)$/m),
      RETRACE_INGEST_KEY: await line(/^RETRACE_INGEST_KEY=(\S+)$/m),
    };
    this.#dashboardUrl = new URL(loginLink).origin;
    this.#ports = {
      RETRACE_SERVER_PORT: new URL(tlsUrl).port,
      RETRACE_DASHBOARD_PORT: new URL(loginLink).port,
    };
    const answer = await fetch(`${this.#dashboardUrl}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#dashboardUrl },
      body: JSON.stringify({ token: loginLink.split('#')[1] }),
    });
    if (!answer.ok) throw new Error(`login answered ${answer.status}`);
    this.#cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  async startAgent(): Promise<void> {
    this.#agent = startNode([CLI, 'agent'], {
      RETRACE_AGENT_SOCKET: this.socketPath,
      RETRACE_SPOOL_DIR: path.join(this.dir, 'spool'),
      ...this.#uplink,
    });
    await until('the agent listens', () => existsSync(this.socketPath));
  }

  async stopServer(signal?: NodeJS.Signals): Promise<void> {
    await this.#server?.stop(signal);
  }

  async stopAgent(signal?: NodeJS.Signals): Promise<void> {
    await this.#agent?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stopAgent();
    await this.stopServer();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Resolves when nothing waits any more on its way from an app that has ended to the server. */
  async settled(): Promise<void> {
    const handover = path.join(path.dirname(this.socketPath), 'handover');
    await until('no hand-over file is left', () => {
      try {
        return readdirSync(handover).length === 0;
      } catch {
        return true; // Nobody has handed anything over yet.
      }
    });
    await until(
      'the agent has nothing left to send',
      async () => (await this.#agentStatus()).counts.spooled.batches === 0,
    );
  }

  /** Processes of which the agent knows that they ended without leaving their last window. */
  async missingWindows(): Promise<number> {
    return (await this.#agentStatus()).handover.missing;
  }

  #agentStatus(): Promise<AgentStatus> {
    return new Promise((resolve, reject) => {
      http
        .get({ socketPath: this.socketPath, path: '/v1/status' }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.once('end', () => resolve(JSON.parse(text) as AgentStatus));
        })
        .once('error', reject);
    });
  }

  /** What a host process needs to send here. */
  env(serviceName: string): Record<string, string> {
    return { RETRACE_AGENT_SOCKET: this.socketPath, RETRACE_SERVICE_NAME: serviceName };
  }

  async get<T>(pathname: string): Promise<T> {
    const answer = await fetch(`${this.#dashboardUrl}${pathname}`, {
      headers: { cookie: this.#cookie },
    });
    if (!answer.ok) throw new Error(`${pathname} answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  get #range(): string {
    return `from=${this.#fromMs}&to=${Date.now() + 60_000}`;
  }

  services(): Promise<ServicesAnswer> {
    return this.get<ServicesAnswer>(`/api/services?${this.#range}`);
  }

  /** Requests of a service as the service list shows them; 0 while it is unknown. */
  async requests(serviceName: string): Promise<number> {
    const { services } = await this.services();
    return services.find(({ name }) => name === serviceName)?.requests.calls ?? 0;
  }

  async report(serviceName: string, report: ReportKind): Promise<FullReport> {
    const { services } = await this.services();
    const service = services.find(({ name }) => name === serviceName);
    if (service === undefined) throw new Error(`service ${serviceName} is unknown to the server`);
    const base = `/api/services/${encodeURIComponent(service.id)}/${report}`;
    const { rows } = await this.get<ReportAnswer>(`${base}?${this.#range}`);
    const callers = new Map<string, Record<string, number>>();
    for (const { id } of rows) {
      const detail = await this.get<DetailAnswer>(
        `${base}/${encodeURIComponent(id)}?${this.#range}`,
      );
      callers.set(id, Object.fromEntries(detail.related.map(({ name, calls }) => [name, calls])));
    }
    return { rows, callers };
  }

  /** Everything the server knows about a service in one comparable value: calls and errors of each row. */
  async counts(serviceName: string): Promise<Record<string, unknown>> {
    const counts: Record<string, unknown> = {};
    for (const kind of ['endpoints', 'queries', 'web-services'] as const) {
      const { rows, callers } = await this.report(serviceName, kind);
      for (const row of rows) {
        const name =
          row.query?.text ?? (row.call ? `${row.call.method} ${row.call.template}` : row.name);
        const errors = Object.fromEntries(
          row.errorTypes.filter(({ calls }) => calls > 0).map(({ type, calls }) => [type, calls]),
        );
        counts[name] = {
          calls: row.calls,
          ...(row.errors > 0 ? { errors } : {}),
          ...(kind === 'endpoints' ? {} : { callers: callers.get(row.id) }),
        };
      }
    }
    return counts;
  }
}
