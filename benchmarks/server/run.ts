/**
 * Report API under ingest: seeds a store, runs the server in a child process, delivers series every 10 s and
 * asks for reports meanwhile.
 *
 *   npm run build:server && npx tsx benchmarks/server/run.ts [--services 20] [--signatures 500] [--big 5000] [--days 30] [--seconds 120] [--data DIR]
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
import { randomOf, seed } from './seed.js';
import { ingestRequest } from './traffic.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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
      seconds: { type: 'string', default: '120' },
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
  const { points, series } = await seed(store.tenant(tenant.id), {
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
      `roll-ups included); ${(bytes / 1e6).toFixed(0)} MB on disk, ${(bytes / points).toFixed(0)} bytes per point, ` +
      `${(bytes / series / 1e3).toFixed(1)} KB per series (${series} of them)`,
  );
}

/** A call of the mix: what a dashboard asks for. */
interface Call {
  name: string;
  path: string;
}

/**
 * The mix, stated in the result: half of the calls are of 24 h, half of 30 days; one call in twenty asks for a
 * range that nobody asked for before; one service in five is the one with 5,000 queries.
 */
const FIRST_READS = 1 / 20;
const BIG_SHARE = 1 / 5;
/** The server takes 3,000 calls a minute of one address: 2,000 leave room. */
const GAP_MS = 30;

function callOf(random: () => number, all: ServicesAnswer['services'], rowIds: RowIds): Call {
  const big = all.find(({ name }) => name === 'big');
  const others = all.filter((service) => service !== big);
  const service =
    big !== undefined && (others.length === 0 || random() < BIG_SHARE)
      ? big
      : (others[Math.floor(random() * others.length)] as ServicesAnswer['services'][number]);
  const days = random() < 0.5 ? 1 : 30;
  const first = random() < FIRST_READS;
  // Ends some whole hours (days) ago: no other call and no warm-up has read it.
  const backMs = first ? (1 + Math.floor(random() * 20)) * (days === 1 ? HOUR_MS : DAY_MS) : 0;
  const asked = range(days, backMs);
  const label = `${days} d${service === big ? ', 5,000 queries' : ''}${first ? ', first read' : ''}`;
  const base = `/api/services/${service.id}`;
  const page = Math.floor(random() * 6);
  if (page === 0) {
    const of = first ? ', first read' : '';
    return { name: `services, ${days} d${of}`, path: `/api/services?${asked}` };
  }
  if (page === 1) return { name: `overview, ${label}`, path: `${base}?${asked}` };
  if (page === 2) return { name: `endpoints, ${label}`, path: `${base}/endpoints?${asked}` };
  if (page === 3) {
    const ids = rowIds.get(service.id) ?? [];
    const id = ids[Math.floor(random() * ids.length)] ?? '';
    return { name: `query detail, ${label}`, path: `${base}/queries/${id}?${asked}` };
  }
  return { name: `queries, ${label}`, path: `${base}/queries?${asked}` };
}

type RowIds = ReadonlyMap<string, readonly string[]>;

async function measure(addresses: Addresses, services: number, seconds: number): Promise<void> {
  const ca = readFileSync(addresses.caFile);
  const dispatcher = new Agent({ connect: { ca } });
  const login = await fetch(`${addresses.dashboardUrl}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: addresses.loginLink.split('#')[1] }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  let last = 0;
  const latencies = new Map<string, number[]>();
  const get = async <T>(name: string, path: string): Promise<T> => {
    await wait(Math.max(0, last + GAP_MS - performance.now()));
    last = performance.now();
    const answer = await fetch(addresses.dashboardUrl + path, { headers: { cookie } });
    if (answer.status !== 200) throw new Error(`${answer.status} at ${path}`);
    const json = (await answer.json()) as T;
    const list = latencies.get(name) ?? [];
    latencies.set(name, list);
    list.push(performance.now() - last);
    return json;
  };
  const ingest = startIngest(addresses, dispatcher, services);
  // The server has just started: what is not made ready yet is read by the calls themselves.
  const startedMs = performance.now();
  const { services: all } = await get<ServicesAnswer>(
    'services, 30 d, the first call after the start',
    `/api/services?${range(30)}`,
  );
  const rowIds = new Map<string, string[]>();
  for (const { id } of all) {
    const answer = await get<ReportAnswer>(
      'queries, 1 d, each service once, just after the start',
      `/api/services/${id}/queries?${range(1)}`,
    );
    rowIds.set(
      id,
      answer.rows.map((row) => row.id),
    );
  }
  const random = randomOf(7);
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const call = callOf(random, all, rowIds);
    await get(call.name, call.path);
  }
  const big = all.find(({ name }) => name === 'big');
  for (let i = 0; i < 10 && big !== undefined; i++) {
    for (const days of [1, 30]) {
      const path = `/api/services/${big.id}/queries?${range(days)}&limit=5000`;
      await get(`all 5,000 rows in one answer, ${days} d (not in the mix)`, path);
    }
  }
  const ranSeconds = (performance.now() - startedMs) / 1000;
  const ingestMs = ingest.stop();
  await dispatcher.close();
  console.log(`${cpus().length} cores, Node ${process.version}, ${ranSeconds.toFixed(0)} s; ms`);
  print(`ingest request (${INGEST_SERIES / Math.max(1, services)} series)`, ingestMs);
  for (const days of [1, 30]) {
    const mixed = [...latencies].filter(([name]) => isMix(name) && name.includes(`, ${days} d`));
    print(
      `ALL OF THE MIX, ${days} d`,
      mixed.flatMap(([, list]) => list),
    );
    const bigOnes = mixed.filter(([name]) => name.includes('5,000'));
    print(
      `  of these the service with 5,000, ${days} d`,
      bigOnes.flatMap(([, list]) => list),
    );
  }
  for (const [name, list] of [...latencies].sort()) print(name, list);
}

const isMix = (name: string): boolean => !/start|not in the mix/.test(name);

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** 5,000 series per 10 s, a batch per service. */
function startIngest(
  addresses: Addresses,
  dispatcher: Agent,
  services: number,
): { stop(): number[] } {
  const ingestMs: number[] = [];
  let sequence = 0;
  const senders = Math.max(1, services);
  const boot = Date.now().toString(36);
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
        'retrace-batch': `bench:${boot}:${index + 1}`,
      },
    }).then(async (answer) => {
      await answer.arrayBuffer();
      if (answer.status !== 200) console.error(`ingest answered ${answer.status}`);
      ingestMs.push(performance.now() - began);
    });
  }, INGEST_EVERY_MS / senders);
  return {
    stop() {
      clearInterval(ingest);
      return ingestMs;
    },
  };
}

function range(days: number, backMs = 0): string {
  const to = Date.now() - backMs;
  return `from=${Math.round(to - days * DAY_MS)}&to=${to}`;
}

function print(name: string, list: number[]): void {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.ceil(q * sorted.length) - 1] ?? 0).toFixed(0);
  console.log(
    `${name.padEnd(56)} n ${String(list.length).padStart(4)}  p50 ${at(0.5).padStart(5)}  p95 ${at(0.95).padStart(5)}  max ${at(1).padStart(5)}`,
  );
}

void main();
