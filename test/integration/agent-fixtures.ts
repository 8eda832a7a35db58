/** What the agent's tests share: certificates, a recording TLS server, a CONNECT proxy, batches, a client. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AgentConfig } from '../../src/config/types.js';
import { ATTR, METRIC, RESOURCE, SDK_NAME } from '../../src/core/semconv.js';
import { Histogram } from '../../src/histogram/index.js';
import {
  decodeMetricsRequest,
  decodeTracesRequest,
  encodeMetricsRequest,
} from '../../src/protocol/index.js';
import type {
  Attributes,
  Metric,
  MetricsRequest,
  TracesRequest,
} from '../../src/protocol/types.js';

const RSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface Authority {
  pem: string;
  issue(
    names: string[],
    validFrom?: number,
    validTo?: number,
  ): Promise<{ key: string; cert: string }>;
}

/** A certificate authority of its own for one test file. */
export async function createAuthority(name = 'Test CA'): Promise<Authority> {
  const crypto = webcrypto;
  x509.cryptoProvider.set(crypto);
  const keys = (await crypto.subtle.generateKey(RSA, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const notBefore = new Date(Date.now() - DAY_MS);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    notBefore,
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: RSA,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    pem: ca.toString('pem'),
    issue: async (names, validFrom = Date.now() - DAY_MS, validTo = Date.now() + DAY_MS) => {
      const own = (await crypto.subtle.generateKey(RSA, true, [
        'sign',
        'verify',
      ])) as webcrypto.CryptoKeyPair;
      const cert = await x509.X509CertificateGenerator.create({
        subject: `CN=${names[0]}`,
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: RSA,
        notBefore: new Date(validFrom),
        notAfter: new Date(validTo),
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: net.isIP(value) === 0 ? 'dns' : 'ip', value })),
          ),
        ],
      });
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return { key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), cert: cert.toString('pem') };
    },
  };
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Taken {
  batchKey: string;
  authorization: string | undefined;
  path: string;
  request: MetricsRequest;
}

/** An OTLP server that keeps what it gets, and deduplicates by key as the real one does. */
export class TestServer {
  readonly taken: Taken[] = [];
  /** Requests with spans, by key. */
  readonly traces: { batchKey: string; request: TracesRequest }[] = [];
  /** Requests, duplicates and refused ones included. */
  requests = 0;
  /** Everything that came over the wire, decrypted, as it was sent. */
  readonly bodies: Buffer[] = [];
  /** What to answer instead of 200; `unanswered` is stored, and nobody is told. */
  script: (
    count: number,
    request: IncomingMessage,
  ) => Answer | 'hang' | 'reset' | 'unanswered' | undefined = () => undefined;
  private server: https.Server | undefined;
  private readonly keys = new Set<string>();
  port = 0;

  constructor(private readonly tls: { key: string; cert: string }) {}

  async start(port = this.port): Promise<void> {
    const server = https.createServer(this.tls, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests += 1;
        const body = Buffer.concat(chunks);
        this.bodies.push(body);
        const scripted = this.script(this.requests, request);
        if (scripted === 'hang') return;
        if (scripted === 'unanswered') this.take(request, body);
        if (scripted === 'reset' || scripted === 'unanswered') {
          request.socket.destroy();
          return;
        }
        // A server that has a batch says so before it looks for faults in it.
        const known = scripted?.status === 400 && this.hasSomeOf(request);
        const answer = known ? undefined : scripted;
        this.answer(response, answer ?? this.take(request, body));
      });
    });
    await listen(server, port);
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  get url(): string {
    return `https://localhost:${this.port}`;
  }

  /** Sum of the counts of all duration points, by service. */
  records(): number {
    return this.taken.reduce((sum, { request }) => sum + countOf(request), 0);
  }

  /** Losses reported by the agent, by reason; those of waterfalls on their own. */
  losses(kind?: 'waterfall'): Record<string, number> {
    const found: Record<string, number> = {};
    for (const { request } of this.taken) {
      for (const { resource, metrics } of request.resourceMetrics) {
        if (resource[RESOURCE.serviceName] !== 'retrace-agent') continue;
        for (const metric of metrics) {
          if (metric.name !== METRIC.dropped || metric.kind !== 'sum') continue;
          for (const { attributes, value } of metric.points) {
            if (attributes[ATTR.retraceKind] !== kind) continue;
            const reason = String(attributes[ATTR.retraceReason]);
            found[reason] = (found[reason] ?? 0) + value;
          }
        }
      }
    }
    return found;
  }

  private answer(response: ServerResponse, { status, headers, body }: Answer): void {
    response.writeHead(status, { 'content-type': 'application/x-protobuf', ...headers });
    response.end(body);
  }

  private hasSomeOf(request: IncomingMessage): boolean {
    return keysOf(String(request.headers['retrace-batch'])).some((key) => this.keys.has(key));
  }

  private take(request: IncomingMessage, body: Buffer): Answer {
    const batchKey = String(request.headers['retrace-batch']);
    const keys = keysOf(batchKey);
    const seen = keys.filter((key) => this.keys.has(key)).length;
    if (seen > 0) return { status: seen === keys.length ? 200 : 409 };
    for (const key of keys) this.keys.add(key);
    if (request.url?.endsWith('/v1/traces') === true) {
      this.traces.push({ batchKey, request: decodeTracesRequest(gunzipSync(body)) });
      return { status: 200 };
    }
    this.taken.push({
      batchKey,
      authorization: request.headers.authorization,
      path: request.url ?? '',
      request: decodeMetricsRequest(gunzipSync(body)),
    });
    return { status: 200 };
  }
}

/** `a:b:3-5` names `a:b:3`, `a:b:4` and `a:b:5`. */
export function keysOf(batchKey: string): string[] {
  const [, source = batchKey, first, last = first] = /^(.*):(\d+)(?:-(\d+))?$/.exec(batchKey) ?? [];
  const together = Number(last) - Number(first) + 1;
  return Array.from({ length: together }, (_, i) => `${source}:${Number(first) + i}`);
}

/** A CONNECT proxy that keeps a log of what it was asked for. */
export class TestProxy {
  readonly connects: { authority: string; authorization: string | undefined }[] = [];
  /** Status to refuse with; undefined = open the tunnel. */
  refuse: number | undefined;
  /** Where tunnels really lead, whatever was asked. */
  target = { host: '127.0.0.1', port: 0 };
  private readonly server = http.createServer();
  private readonly sockets = new Set<Socket>();
  port = 0;

  async start(port = 0): Promise<void> {
    this.server.on('connect', (request, client: Socket) => {
      this.connects.push({
        authority: request.url ?? '',
        authorization: request.headers['proxy-authorization'],
      });
      client.on('error', () => undefined);
      this.sockets.add(client);
      if (this.refuse !== undefined) {
        client.end(`HTTP/1.1 ${this.refuse} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const upstream = net.connect(this.target, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      this.sockets.add(upstream);
      upstream.on('error', () => client.destroy());
    });
    await listen(this.server, port);
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function listen(server: net.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/** A folder with short paths (sockets) that `clean` removes. */
export function tempDir(): { dir: string; clean: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'rta-'));
  return { dir, clean: () => rmSync(dir, { recursive: true, force: true }) };
}

export function agentConfig(dir: string, more: Partial<AgentConfig> = {}): AgentConfig {
  return {
    socketPath: join(dir, 'run', 'agent.sock'),
    otlpPort: undefined,
    serverUrl: undefined,
    ingestKey: undefined,
    headers: {},
    caFile: undefined,
    httpsProxy: undefined,
    noProxy: [],
    spoolDir: join(dir, 'run', 'spool'),
    spoolMaxBytes: 16 * 1024 * 1024,
    // Batches of its own in the middle of counted ones would be no help; host-health.test.ts has them.
    disabledCollectors: ['all'],
    logLevel: 'info',
    ...more,
  };
}

export function writeCa(dir: string, authority: Authority, name = 'ca.pem'): string {
  const path = join(dir, name);
  writeFileSync(path, authority.pem);
  return path;
}

export interface BatchOptions {
  service?: string;
  instance?: string;
  sdk?: string;
  endMs?: number;
  windowMs?: number;
  resource?: Attributes;
  extra?: Metric[];
}

export interface PointSpec {
  metric?: string;
  attributes: Attributes;
  /** Durations in µs. */
  us: readonly number[];
}

export const REQUEST_POINT: Attributes = {
  [ATTR.httpRequestMethod]: 'GET',
  [ATTR.httpRoute]: '/orders/:id',
  [ATTR.httpResponseStatusCode]: 200,
  [ATTR.retraceEndpoint]: 'GET /orders/:id',
};

/** A batch as the runtime sends it: delta exponential histograms, one metric per name. */
export function makeBatch(
  points: readonly PointSpec[],
  options: BatchOptions = {},
): MetricsRequest {
  const endMs = options.endMs ?? Date.now();
  const times = {
    startTimeUnixNano: BigInt(endMs - (options.windowMs ?? 1000)) * 1_000_000n,
    timeUnixNano: BigInt(endMs) * 1_000_000n,
  };
  const metrics = new Map<string, Extract<Metric, { kind: 'exponentialHistogram' }>>();
  for (const { metric: name = METRIC.serverDuration, attributes, us } of points) {
    const histogram = new Histogram();
    for (const value of us) histogram.record(value);
    const { scale, offset, counts } = histogram.toExponential();
    const metric = metrics.get(name) ?? {
      name,
      unit: 's',
      kind: 'exponentialHistogram' as const,
      temporality: 'delta' as const,
      points: [],
    };
    metric.points.push({
      ...times,
      attributes,
      count: histogram.count,
      sum: histogram.sumUs / 1e6,
      scale,
      zeroCount: 0,
      positiveOffset: offset,
      positiveCounts: counts,
      min: histogram.minUs / 1e6,
      max: histogram.maxUs / 1e6,
    });
    metrics.set(name, metric);
  }
  return {
    resourceMetrics: [
      {
        resource: {
          [RESOURCE.serviceName]: options.service ?? 'shop',
          [RESOURCE.serviceInstanceId]: options.instance ?? 'i-1',
          [RESOURCE.telemetrySdkName]: options.sdk ?? SDK_NAME,
          ...options.resource,
        },
        scopeName: 'retrace',
        scopeVersion: '0.1.0',
        metrics: [...metrics.values(), ...(options.extra ?? [])],
      },
    ],
  };
}

/** A batch with `count` requests. */
export function simpleBatch(count = 1, options: BatchOptions = {}): Buffer {
  const us = Array.from({ length: count }, (_, i) => 1000 + i);
  return Buffer.from(encodeMetricsRequest(makeBatch([{ attributes: REQUEST_POINT, us }], options)));
}

export function countOf(request: MetricsRequest): number {
  let count = 0;
  for (const { metrics } of request.resourceMetrics) {
    for (const metric of metrics) {
      if (metric.kind !== 'exponentialHistogram' && metric.kind !== 'histogram') continue;
      for (const point of metric.points) count += point.count;
    }
  }
  return count;
}

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

export interface Ask {
  path?: string;
  method?: string;
  body?: Uint8Array;
  headers?: Record<string, string>;
}

/** One HTTP exchange with the agent's socket or `http://127.0.0.1:port`. */
export function ask(to: string, { path, method, body, headers }: Ask = {}): Promise<Reply> {
  const target = to.startsWith('http')
    ? { host: '127.0.0.1', port: new URL(to).port }
    : { socketPath: to };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { ...target, path: path ?? '/v1/metrics', method: method ?? 'POST', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export function send(to: string, body: Uint8Array, batchKey?: string): Promise<Reply> {
  const key = batchKey === undefined ? undefined : { 'retrace-batch': batchKey };
  return ask(to, { body, headers: { 'content-type': 'application/x-protobuf', ...key } });
}

export function errorCode(reply: Reply): string {
  return (JSON.parse(reply.text) as { error: { code: string } }).error.code;
}

/** Waits until `condition` holds; fails with `what` after `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
