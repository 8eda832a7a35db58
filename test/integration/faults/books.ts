import { expect } from 'vitest';
import type { AgentStatus } from '../../../src/agent/index.js';
import { EmbeddedStore } from '../../../src/server/store/embedded-store.js';
import type { SeriesKind, TenantStore } from '../../../src/server/store/store.js';

/** What the server's database says, read with a connection of its own. */
export interface Books {
  /** Requests, queries and calls that were stored, all services together. */
  committed: number;
  /** Requests, queries and calls by service. */
  byService: Record<string, number>;
  /** Records the agent reported as lost, by reason. */
  dropped: Record<string, number>;
}

const TIMED: readonly SeriesKind[] = ['endpoint', 'query', 'call'];
/** Wide enough for a clock that is a day off. */
const RANGE_MS = 3 * 86_400_000;

/** Reads the tenant's encrypted database in the data folder of a server, running or not. */
export async function readBooks(dataDir: string): Promise<Books> {
  const store = new EmbeddedStore(dataDir);
  try {
    const tenant = store.control.tenants()[0];
    if (tenant === undefined) throw new Error('the server has no tenant');
    return await booksOf(store.tenant(tenant.id));
  } finally {
    store.close();
  }
}

async function booksOf(store: TenantStore): Promise<Books> {
  const books: Books = { committed: 0, byService: {}, dropped: {} };
  const minuteMs = Date.now() - (Date.now() % 60_000);
  const range = {
    fromMs: minuteMs - RANGE_MS,
    toMs: minuteMs + RANGE_MS,
    bucketSeconds: 60 as const,
  };
  for (const service of await store.services()) {
    for (const kind of TIMED) {
      await store.scan({ service: service.id, kind, range }, ({ count }) => {
        books.committed += count;
        books.byService[service.name] = (books.byService[service.name] ?? 0) + count;
      });
    }
    const counters = await store.operations(service.id, 'counter');
    await store.scan({ service: service.id, kind: 'counter', range }, ({ operation, facts }) => {
      const { counter, label } = counters.get(operation)?.attributes ?? {};
      if (counter !== 'dropped') return;
      books.dropped[String(label)] = (books.dropped[String(label)] ?? 0) + (facts[0] ?? 0);
    });
  }
  return books;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** THE oracle: `recorded = committed + spooled + dropped(reason)`, exactly. */
export function expectAccounted(recorded: number, books: Books, spooled = 0): void {
  const { committed, dropped } = books;
  expect(
    { recorded: committed + spooled + sumOf(dropped), committed, spooled, dropped },
    'recorded = committed + spooled + dropped',
  ).toEqual({ recorded, committed, spooled, dropped });
}

/** recovered + received + own = committed + spooled + dropped, in batches and in records. */
export function expectBalanced({ counts }: AgentStatus): void {
  const { recovered, received, own, committed, spooled, dropped } = counts;
  for (const unit of ['batches', 'records'] as const) {
    const lost = Object.values(dropped).reduce((sum, count) => sum + count[unit], 0);
    const came = recovered[unit] + received[unit] + own[unit];
    expect(committed[unit] + spooled[unit] + lost, unit).toBe(came);
  }
}
