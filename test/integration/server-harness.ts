import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch, type BodyInit, type Response } from 'undici';
import { METRIC } from '../../src/core/semconv.js';
import { Histogram } from '../../src/histogram/index.js';
import {
  encodeMetricsRequest,
  encodeTracesRequest,
  METRICS_PATH,
  TRACES_PATH,
} from '../../src/protocol/index.js';
import type {
  Attributes,
  ExponentialPoint,
  Metric,
  MetricsRequest,
  NumberPoint,
  TracesRequest,
} from '../../src/protocol/types.js';
import { startServer, type RunningServer, type ServerOptions } from '../../src/server/index.js';

export function temporaryDir(): string {
  return mkdtempSync(join(tmpdir(), 'retrace-server-'));
}

export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

export function optionsFor(dataDir: string, more: Partial<ServerOptions> = {}): ServerOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    dashboardPort: 0,
    dataDir,
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    retentionMinuteDays: 8,
    retentionDays: 400,
    ...more,
  };
}

/** A server on real ports with a client that trusts its authority, and everything it logged. */
export class TestServer {
  readonly logged: string[] = [];
  cookie = '';

  private constructor(
    readonly running: RunningServer,
    private readonly dispatcher: Agent,
    logged: string[],
  ) {
    this.logged = logged;
  }

  static async start(dataDir: string, more: Partial<ServerOptions> = {}): Promise<TestServer> {
    const logged: string[] = [];
    const running = await startServer(
      optionsFor(dataDir, { log: (line) => logged.push(line), ...more }),
    );
    const ca = readFileSync(running.caFile as string, 'utf8');
    return new TestServer(running, new Agent({ connect: { ca } }), logged);
  }

  get dashboardUrl(): string {
    return this.running.dashboardUrl as string;
  }

  async stop(): Promise<void> {
    await this.dispatcher.close();
    await this.running.close();
  }

  fetch(url: string, init: Parameters<typeof fetch>[1] = {}): Promise<Response> {
    return fetch(url, { dispatcher: this.dispatcher, ...init });
  }

  post(
    body: BodyInit,
    headers: Record<string, string> = {},
    path = METRICS_PATH,
  ): Promise<Response> {
    return this.fetch(`${this.running.tlsUrl}${path}`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: {
        'content-type': 'application/x-protobuf',
        authorization: `Bearer ${this.running.ingestKey ?? ''}`,
        ...headers,
      },
    });
  }

  send(request: MetricsRequest, headers: Record<string, string> = {}): Promise<Response> {
    return this.post(encodeMetricsRequest(request), headers);
  }

  sendTraces(request: TracesRequest, headers: Record<string, string> = {}): Promise<Response> {
    return this.post(encodeTracesRequest(request), headers, TRACES_PATH);
  }

  async login(link = this.running.loginLink): Promise<Response> {
    const answer = await this.fetch(`${this.dashboardUrl}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: link.split('#')[1] }),
    });
    this.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return answer;
  }

  api(path: string): Promise<Response> {
    return this.fetch(`${this.dashboardUrl}${path}`, { headers: { cookie: this.cookie } });
  }

  async json<T>(path: string): Promise<T> {
    return (await (await this.api(path)).json()) as T;
  }
}

const NANOS_PER_MS = 1_000_000n;

function at(timeMs: number): { startTimeUnixNano: bigint; timeUnixNano: bigint } {
  const timeUnixNano = BigInt(timeMs) * NANOS_PER_MS;
  return { startTimeUnixNano: timeUnixNano - 10_000n * NANOS_PER_MS, timeUnixNano };
}

/** A data point as the runtime makes it. */
export function timingPoint(
  attributes: Attributes,
  durationsUs: readonly number[],
  timeMs = Date.now(),
): ExponentialPoint {
  const histogram = new Histogram();
  for (const us of durationsUs) histogram.record(us);
  const { scale, offset, counts } = histogram.toExponential();
  return {
    ...at(timeMs),
    attributes,
    count: histogram.count,
    sum: histogram.sumUs / 1e6,
    scale,
    zeroCount: 0,
    positiveOffset: offset,
    positiveCounts: counts,
    min: histogram.minUs / 1e6,
    max: histogram.maxUs / 1e6,
  };
}

export function timings(name: string, points: ExponentialPoint[]): Metric {
  return { name, unit: 's', kind: 'exponentialHistogram', temporality: 'delta', points };
}

export function sum(
  name: string,
  attributes: Attributes,
  value: number,
  timeMs = Date.now(),
): Metric {
  const point: NumberPoint = { ...at(timeMs), attributes, value, integer: Number.isInteger(value) };
  return { name, unit: '1', kind: 'sum', temporality: 'delta', monotonic: true, points: [point] };
}

export function requestOf(resource: Attributes, metrics: Metric[]): MetricsRequest {
  return { resourceMetrics: [{ resource, scopeName: 'retrace', scopeVersion: '0.1.0', metrics }] };
}

export const SHOP: Attributes = {
  'service.name': 'shop',
  'service.version': '1.2.3',
  'service.instance.id': 'instance-a',
  'deployment.environment.name': 'test',
};

export const ORDERS_ENDPOINT: Attributes = {
  'http.request.method': 'GET',
  'http.route': '/orders/:id',
  'http.response.status_code': 200,
  'retrace.endpoint': 'GET /orders/:id',
};

export const ORDERS_QUERY: Attributes = {
  'db.system.name': 'postgresql',
  'db.namespace': 'shopdb',
  'server.address': 'db.internal',
  'server.port': 5432,
  'db.operation.name': 'SELECT',
  'db.collection.name': 'orders',
  'db.query.summary': 'SELECT orders',
  'db.query.text': 'SELECT * FROM orders WHERE id = ?',
  'retrace.query.hash': '0123456789abcdef',
};

/** One request of the shop with its query: 3 requests, 6 queries. */
export function shopRequest(timeMs = Date.now(), resource = SHOP): MetricsRequest {
  return requestOf(resource, [
    timings(METRIC.serverDuration, [timingPoint(ORDERS_ENDPOINT, [9000, 11_000, 40_000], timeMs)]),
    timings(METRIC.queryDuration, [
      timingPoint(
        { ...ORDERS_QUERY, 'retrace.endpoint': 'GET /orders/:id' },
        [1000, 1000, 1200, 1500, 2000, 30_000],
        timeMs,
      ),
    ]),
  ]);
}

/** Every file below `dir` with its bytes. */
export function filesBelow(dir: string): { path: string; bytes: Buffer }[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, bytes: readFileSync(path) }));
}

export async function errorCode(answer: Response): Promise<string> {
  return ((await answer.json()) as { error: { code: string } }).error.code;
}
