/**
 * Report API under ingest: seeds a store, runs the server in a child process, delivers series every 10 s and
 * asks for reports meanwhile.
 *
 *   npm run build:server && npx tsx benchmarks/server/run.ts [--services 20] [--signatures 500] [--big 5000] [--days 30] [--seconds 40] [--data DIR]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent, fetch } from 'undici';
import { encodeMetricsRequest } from '../../src/protocol/index.js';
import type { ServicesAnswer, ReportAnswer } from '../../src/server/api-types.js';
import type { startServer } from '../../src/server/index.js';
import { EmbeddedStore } from '../../src/server/store/embedded-store.js';
import { seed } from './seed.js';
import { ingestRequest } from './traffic.js';

const DAY_MS = 86_400_000;
const INGEST_SERIES = 5000;
const INGEST_EVERY_MS = 10_000;

interface Addresses {
  tlsUrl: string;
  dashboardUrl: string;
  caFile: string;
  ingestKey: string;
  loginLink: string;
}

/** The built server, as it is deployed: `npm run build:server` first. */
async function serve(dataDir: string): Promise<void> {
  const built = pathToFileURL(join(process.cwd(), 'src/server/dist/index.js')).href;
  const server = (await import(built)) as { startServer: typeof startServer };
  const running = await server.startServer({
    host: '127.0.0.1',
    port: 0,
    dashboardPort: 0,
    dataDir,
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    retentionMinuteDays: 8,
    retentionDays: 400,
    log: (line) => console.error(line),
  });
  process.send?.({ ...running });
  process.on('disconnect', () => void running.close().then(() => process.exit(0)));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      serve: { type: 'string' },
      services: { type: 'string', default: '20' },
      signatures: { type: 'string', default: '500' },
      big: { type: 'string', default: '5000' },
      days: { type: 'string', default: '30' },
      seconds: { type: 'string', default: '40' },
      data: { type: 'string' },
    },
  });
  if (values.serve !== undefined) return serve(values.serve);
  const dataDir = values.data ?? mkdtempSync(join(tmpdir(), 'retrace-bench-'));
  let child: ChildProcess | undefined;
  try {
    const services = Number(values.services);
    if (!existsSync(join(dataDir, 'control.db'))) await seedStore(dataDir, { ...values, services });
    if (values.seconds === '0') return;
    child = fork(process.argv[1] as string, ['--serve', dataDir], {
      execArgv: process.execArgv,
    });
    const server = child;
    const addresses = await new Promise<Addresses>((resolve) => server.once('message', resolve));
    await measure(addresses, services, Number(values.seconds));
  } finally {
    if (child?.connected === true) {
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child.disconnect();
      await gone;
    }
    if (values.data === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function seedStore(
  dataDir: string,
  size: { services: number; signatures: string; big: string; days: string },
): Promise<void> {
  const store = new EmbeddedStore(dataDir);
  const tenant = store.control.createTenant('default');
  store.control.createUser('owner', tenant.id);
  const began = performance.now();
  const points = await seed(store.tenant(tenant.id), {
    days: Number(size.days),
    services: size.services,
    signatures: Number(size.signatures),
    bigSignatures: Number(size.big),
    nowMs: Date.now(),
    log: () => undefined,
  });
  store.close();
  const seconds = (performance.now() - began) / 1000;
  const bytes = statSync(join(dataDir, 'tenants', `${tenant.id}.db`)).size;
  console.log(
    `seeded ${points} points in ${seconds.toFixed(0)} s (${((seconds / points) * 1e6).toFixed(1)} µs each, ` +
      `roll-ups included); ${(bytes / 1e6).toFixed(0)} MB on disk, ${(bytes / points).toFixed(0)} bytes per point`,
  );
}

async function measure(addresses: Addresses, services: number, seconds: number): Promise<void> {
  const ca = readFileSync(addresses.caFile);
  const dispatcher = new Agent({ connect: { ca } });
  const login = await fetch(`${addresses.dashboardUrl}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: addresses.loginLink.split('#')[1] }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(addresses.dashboardUrl + path, { headers: { cookie } });
    if (answer.status !== 200) throw new Error(`${answer.status} at ${path}`);
    return (await answer.json()) as T;
  };

  const ingestMs: number[] = [];
  let sequence = 0;
  const senders = Math.max(1, services);
  const ingest = setInterval(() => {
    const index = sequence++;
    const body = encodeMetricsRequest(
      ingestRequest(`service-${index % senders}`, INGEST_SERIES / senders, Date.now()),
    );
    const began = performance.now();
    void fetch(`${addresses.tlsUrl}/v1/metrics`, {
      method: 'POST',
      dispatcher,
      body,
      headers: {
        'content-type': 'application/x-protobuf',
        authorization: `Bearer ${addresses.ingestKey}`,
        'retrace-batch': `bench:boot:${index + 1}`,
      },
    }).then(async (answer) => {
      await answer.arrayBuffer();
      if (answer.status !== 200) console.error(`ingest answered ${answer.status}`);
      ingestMs.push(performance.now() - began);
    });
  }, INGEST_EVERY_MS / senders);

  const all = await get<ServicesAnswer>('/api/services?' + range(30));
  const latencies = new Map<string, number[]>();
  const until = Date.now() + seconds * 1000;
  const timed = async <T>(name: string, path: string): Promise<T> => {
    const began = performance.now();
    const answer = await get<T>(path);
    const list = latencies.get(name) ?? [];
    latencies.set(name, list);
    list.push(performance.now() - began);
    return answer;
  };
  for (let i = 0; Date.now() < until; i++) {
    const service = all.services[i % all.services.length];
    if (service === undefined) break;
    const big = service.name === 'big' ? ' (big service)' : '';
    for (const days of [1, 30]) {
      const label = `${days} d`;
      await timed(`services, ${label}`, `/api/services?${range(days)}`);
      const base = `/api/services/${service.id}`;
      await timed(`endpoints, ${label}${big}`, `${base}/endpoints?${range(days)}`);
      const { rows } = await timed<ReportAnswer>(
        `queries, ${label}${big}`,
        `${base}/queries?${range(days)}`,
      );
      const row = rows[i % Math.max(1, rows.length)];
      await timed(`query detail, ${label}${big}`, `${base}/queries/${row?.id}?${range(days)}`);
    }
    await timed(`queries, 1 h${big}`, `/api/services/${service.id}/queries?${range(1 / 24)}`);
  }
  clearInterval(ingest);
  await dispatcher.close();
  console.log(`${cpus().length} cores, Node ${process.version}; ms`);
  print('ingest request', ingestMs);
  for (const [name, list] of [...latencies].sort()) print(name, list);
}

function range(days: number): string {
  const now = Date.now();
  return `from=${Math.round(now - days * DAY_MS)}&to=${now}`;
}

function print(name: string, list: number[]): void {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.ceil(q * sorted.length) - 1] ?? 0).toFixed(0);
  console.log(
    `${name.padEnd(34)} n ${String(list.length).padStart(4)}  p50 ${at(0.5).padStart(5)}  p95 ${at(0.95).padStart(5)}  max ${at(1).padStart(5)}`,
  );
}

void main();
