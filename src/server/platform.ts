import { Committer } from './ingest/committer.js';
import { sumsCacheOf } from './queries/sums-cache.js';
import { warmUp } from './queries/warm-up.js';
import type { Store, TenantStore } from './store/store.js';

/** Minutes are rolled up and old data purged this often. */
const MAINTENANCE_MS = 15_000;

export interface PlatformSettings {
  retentionMinuteDays: number;
  retentionDays: number;
  now(): number;
  log(line: string): void;
}

/** What routes work with: the store, one committer per tenant, and the clockwork that keeps the store tidy. */
export class Platform {
  private readonly committers = new Map<string, Committer>();
  /** Shell line that starts a host agent for this server; known once it listens. */
  agentCommand = '';
  private timer: NodeJS.Timeout | undefined;
  private maintenance: Promise<void> = Promise.resolve();
  /** Making reports ready; never in the way of maintenance. */
  private readying: Promise<void> = Promise.resolve();

  constructor(
    readonly store: Store,
    readonly settings: PlatformSettings,
  ) {}

  now(): number {
    return this.settings.now();
  }

  tenant(id: string): TenantStore {
    return this.store.tenant(id);
  }

  committer(tenantId: string): Committer {
    let committer = this.committers.get(tenantId);
    if (committer === undefined) {
      committer = new Committer(this.store.tenant(tenantId));
      this.committers.set(tenantId, committer);
    }
    return committer;
  }

  start(): void {
    // Opened at once: what is past its retention must go even if nobody ever asks for it again.
    for (const { id } of this.store.control.tenants()) this.store.tenant(id);
    const { retentionMinuteDays } = this.settings;
    this.readyInTurn(() => warmUp(this.store.openTenants(), () => this.now(), retentionMinuteDays));
    this.timer = setInterval(() => {
      this.maintenance = this.maintenance.then(() => this.maintain());
      this.readyInTurn(async () => {
        for (const tenant of this.store.openTenants()) {
          await sumsCacheOf(tenant).tend(this.now());
        }
      });
    }, MAINTENANCE_MS);
    this.timer.unref();
  }

  /** What cannot be made ready is read when it is asked for. */
  private readyInTurn(work: () => Promise<void>): void {
    this.readying = this.readying.then(work).catch(() => undefined);
  }

  /** One round over all tenants. A failing tenant is logged by the kind of its error and skipped. */
  async maintain(): Promise<void> {
    const retention = {
      minuteDays: this.settings.retentionMinuteDays,
      days: this.settings.retentionDays,
    };
    try {
      this.store.control.purgeExpired(this.now());
    } catch {
      this.settings.log('maintenance of the control database failed');
    }
    for (const tenant of this.store.openTenants()) {
      try {
        await tenant.maintain(this.now(), retention);
      } catch {
        this.settings.log('maintenance of a tenant failed');
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.committers.values()].map((committer) => committer.drain()));
    await this.maintenance;
    this.store.close();
  }
}
