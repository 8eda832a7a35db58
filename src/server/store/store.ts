import type { Histogram } from '../../histogram/index.js';
import type {
  WaterfallQuery,
  WaterfallRecord,
  WaterfallTotals,
  WaterfallWithSpans,
  WaterfallWrite,
} from './waterfall-types.js';

/**
 * The one narrow interface between the platform and where its data lies. Everything above it (ingest,
 * queries, routes) knows nothing of SQL, files or encryption; a deployment that outgrows the embedded
 * databases implements these two interfaces on something else.
 */

/** Data older than this rarely changes: minutes are rolled up long before, only late senders add to it. */
export const FINISHED_AFTER_MS = 5 * 60_000;

/**
 * What a series measures. `counter` holds the sender's own book-keeping: records seen and lost. `host` is host health;
 * `process` that of single processes, which have no hours and days: their ids are soon somebody else's.
 */
export type SeriesKind = 'endpoint' | 'query' | 'call' | 'counter' | 'host' | 'process';

/** Length of a bucket in seconds. */
export type BucketSeconds = 60 | 3600 | 86400;

export interface ServiceIdentity {
  name: string;
  namespace: string;
  environment: string;
  /** True for the host agent's own book-keeping, which is no service of the user's. */
  agent: boolean;
}

export interface InstanceSeen {
  /** service.instance.id, or another stable text; '' when the sender does not say. */
  key: string;
  version: string;
  hostName: string;
  runtime: string;
}

/** Texts of an operation by name; which ones depends on the kind (see ingest/operations.ts). */
export type OperationAttributes = Readonly<Record<string, string | number>>;

export interface OperationIdentity {
  /** Hash of what makes the operation itself: stable over restarts, agents and tenants. */
  publicId: string;
  name: string;
  /** The explicit overflow row. */
  other: boolean;
  attributes: OperationAttributes;
}

/** How the calls of a series ended. */
export interface Outcome {
  /** HTTP status, 0 where there was none. */
  status: number;
  /** error.type; '' for success. */
  errorType: string;
}

interface PointBase {
  kind: SeriesKind;
  operation: OperationIdentity;
  /** The endpoint on whose behalf the operation ran. */
  caller: OperationIdentity | undefined;
  /** Epoch ms, a whole minute. */
  minuteMs: number;
}

/**
 * Timings of one outcome, or facts that add up: for an endpoint the µs in database, web services and own
 * code; for a query the requests that repeated it, its runs in them and the most in one (a maximum); for a
 * counter the records; for a host's series how often it was measured, the sum of what was, the ms that counters
 * cover and the largest (a maximum), all scaled to whole numbers by ingest/host-series.ts.
 */
export type SeriesPoint = PointBase &
  ({ timings: Histogram; outcome: Outcome } | { facts: readonly number[] });

export interface ServiceWrite {
  service: ServiceIdentity;
  version: string;
  /** undefined: of several processes together. */
  instance: InstanceSeen | undefined;
  /** Epoch ms of the latest data. */
  seenMs: number;
  points: SeriesPoint[];
  /** What the instance measured of itself, or of its host. */
  gauges?: GaugePoint[];
}

/** Measured values of one series within a minute. */
export interface GaugePoint {
  /** Name of the metric, and the values of the attributes that tell its series apart; '' for none. */
  metric: string;
  label: string;
  /** Epoch ms, a whole minute. */
  minuteMs: number;
  /** How many values, their sum, the least and the greatest, in the unit of the wire. */
  count: number;
  sum: number;
  min: number;
  max: number;
}

export interface GaugeScan {
  service: number;
  /** Only of the instance with this key. */
  instance?: string;
  range: ScanRange;
}

/** A series of an instance in one bucket. */
export interface GaugeView extends Omit<GaugePoint, 'minuteMs'> {
  /** InstanceSeen.key */
  instance: string;
  bucketMs: number;
}

/** What arrived of one host. */
export interface HostWrite {
  /** host.name */
  name: string;
  /** Hardware, system, agent; undefined = this batch does not tell. */
  attributes: HostAttributes | undefined;
  /** Epoch ms of the latest host health; 0 = only processes. */
  seenMs: number;
  points: SeriesPoint[];
  /** All that are installed; undefined = this batch does not tell. */
  packages: { listedMs: number; packages: HostPackage[] } | undefined;
  processes: HostProcessSeen[];
}

export type HostAttributes = Readonly<Record<string, string>>;

export interface HostPackage {
  name: string;
  version: string;
  source: string;
}

/** A Node process on a host. */
export interface HostProcessSeen {
  pid: number;
  /** service.name; '' when it does not report. */
  service: string;
  nodeVersion: string;
  seenMs: number;
}

export interface HostRecord {
  /** Owner of its series: negative. */
  id: number;
  publicId: string;
  name: string;
  attributes: HostAttributes;
  firstSeenMs: number;
  lastSeenMs: number;
  /** When the packages were listed; 0 = never. */
  packagesMs: number;
}

/** One delivered batch. */
export interface Batch {
  /** Identity for exactly-once; undefined for senders that state none. `last`: of several batches added up. */
  key: { source: string; sequence: number; last?: number } | undefined;
  receivedMs: number;
  writes: ServiceWrite[];
  hosts?: HostWrite[];
  waterfalls?: WaterfallWrite[];
  /** What arrived by the name of the attribute, for the privacy page; absent = not counted. */
  received?: ReceivedAttributes;
}

/** How often each attribute arrived, and how many did not pass the list of what may. */
export interface ReceivedAttributes {
  counts: ReadonlyMap<string, number>;
  refused: number;
}

export interface ReceivedAttributeRecord {
  /** '' for all those that were refused. */
  name: string;
  received: number;
  lastReceivedMs: number;
}

/** `partial`: some of the batches added up in this one were stored before; nothing was stored now. */
export type CommitResult = 'stored' | 'duplicate' | 'partial';

export interface ServiceRecord {
  id: number;
  publicId: string;
  name: string;
  namespace: string;
  environment: string;
  agent: boolean;
  version: string;
  firstSeenMs: number;
  lastSeenMs: number;
}

/** One process of a service, or one host agent. */
export interface InstanceRecord {
  service: number;
  /** See InstanceSeen. */
  key: string;
  version: string;
  hostName: string;
  runtime: string;
  lastSeenMs: number;
}

export interface ServiceSettingsRecord {
  apdexThresholdMs: number;
}

export interface OperationRecord {
  id: number;
  kind: SeriesKind;
  publicId: string;
  name: string;
  other: boolean;
  attributes: OperationAttributes;
  firstSeenMs: number;
  lastSeenMs: number;
}

/** Whole buckets: both ends are multiples of the bucket. */
export interface ScanRange {
  fromMs: number;
  toMs: number;
  bucketSeconds: BucketSeconds;
}

/** One series of one bucket while it is visited; valid only inside the callback. */
export interface SeriesView {
  /** Start of the bucket. */
  bucketMs: number;
  operation: number;
  /** Operation id of the calling endpoint; 0 = none. */
  caller: number;
  /** undefined for facts. */
  outcome: Outcome | undefined;
  /** Calls; 0 for facts. */
  count: number;
  /** Sum of the timings; 0 for facts. */
  sumUs: number;
  facts: readonly number[];
  /**
   * The timings as `Histogram.encode()` wrote them, from `start` up to `end`; the bytes may be kept. Decoding
   * costs: leave it where the count is enough.
   */
  bytes: Uint8Array;
  start: number;
  end: number;
}

export interface SeriesScan {
  service: number;
  kind: SeriesKind;
  range: ScanRange;
  /** Only this operation. */
  operation?: number;
  /** Only what was done for this endpoint. */
  caller?: number;
  /**
   * Only a part: `finished` is what is rolled up of buckets that end by `beforeMs`, `rest` is all else. Default: all.
   */
  part?: { of: 'finished' | 'rest'; beforeMs: number };
}

export interface MaintenanceResult {
  /** Minute chunks merged into hours and days. */
  rolledUp: number;
  /** Chunks deleted because their time was over. */
  purged: number;
}

/** Data of one tenant. */
export interface TenantStore {
  /** All or nothing; a batch whose key was seen before, whole or in part, is left out. */
  commit(batches: readonly Batch[]): Promise<CommitResult[]>;
  services(): Promise<ServiceRecord[]>;
  /** Instances seen since `sinceMs`, of all services and host agents, latest first; at most `limit`. */
  instances(sinceMs: number, limit: number): Promise<InstanceRecord[]>;
  /** Agents that delivered since `sinceMs`. */
  agentsSeen(sinceMs: number): Promise<number>;
  settings(): Promise<Map<string, ServiceSettingsRecord>>;
  /** @param servicePublicId of a service that exists. */
  saveSettings(servicePublicId: string, settings: ServiceSettingsRecord): Promise<void>;
  /** Every outcome that a call ever had. */
  outcomes(): Promise<Outcome[]>;
  receivedAttributes(): Promise<ReceivedAttributeRecord[]>;
  /** Hosts whose health was measured since `sinceMs`, by name. */
  hosts(sinceMs: number): Promise<HostRecord[]>;
  /** By name. */
  hostPackages(host: number): Promise<HostPackage[]>;
  hostProcesses(host: number, sinceMs: number): Promise<HostProcessSeen[]>;
  operations(service: number, kind: SeriesKind): Promise<ReadonlyMap<number, OperationRecord>>;
  findOperation(
    service: number,
    kind: SeriesKind,
    publicId: string,
  ): Promise<OperationRecord | undefined>;
  /** Visits every series of the range, each exactly once; order unspecified. */
  scan(query: SeriesScan, visit: (view: SeriesView) => void): Promise<void>;
  /** Visits every gauge of the range, each exactly once; order unspecified. */
  scanGauges(query: GaugeScan, visit: (view: GaugeView) => void): Promise<void>;
  /** Slow requests of a range, slowest first; of one operation: where it took longest first. `matched`: without the limit. */
  waterfalls(query: WaterfallQuery): Promise<{ records: WaterfallRecord[]; matched: number }>;
  findWaterfall(service: number, publicId: string): Promise<WaterfallWithSpans | undefined>;
  waterfallTotals(): Promise<WaterfallTotals>;
  /**
   * Rises whenever something changed in buckets that had ended FINISHED_AFTER_MS before: what was derived from
   * `finished` parts at another number is out of date.
   */
  lateChanges(service: number): number;
  /** Rolls finished minutes up and deletes what is past its retention. */
  maintain(nowMs: number, retention: Retention): Promise<MaintenanceResult>;
  close(): void;
}

export interface Retention {
  minuteDays: number;
  days: number;
}

export interface Tenant {
  id: string;
  name: string;
}

export interface User {
  id: number;
  name: string;
  role: 'owner';
}

export interface SessionRecord {
  user: User;
  tenant: Tenant;
  expiresAtMs: number;
}

/** Who may do what: users, tenants, keys, sessions. Secrets are stored as hashes only. */
export interface ControlStore {
  tenants(): Tenant[];
  createTenant(name: string): Tenant;
  /** Deletes the tenant's data key, sessions, ingest keys and files: what backups hold stays unreadable. */
  eraseTenant(id: string): void;
  createUser(name: string, tenantId: string): User;
  findUser(name: string): User | undefined;
  /** @returns the key in clear, the only time it is known. */
  createIngestKey(tenantId: string, label: string): string;
  /** Tenant of a valid key, in time independent of how much of it is right. */
  tenantOfIngestKey(key: string): Tenant | undefined;
  /** @returns the token in clear. */
  createLoginToken(userId: number, tenantId: string, nowMs: number): string;
  /** Uses the token up. @returns a session's token in clear with the session. */
  exchangeLoginToken(
    token: string,
    nowMs: number,
  ): { sessionToken: string; session: SessionRecord } | undefined;
  session(sessionToken: string, nowMs: number): SessionRecord | undefined;
  endSession(sessionToken: string): void;
  purgeExpired(nowMs: number): void;
  close(): void;
}

export interface Store {
  readonly control: ControlStore;
  /** Opens on first use. @throws when there is no such tenant. */
  tenant(id: string): TenantStore;
  openTenants(): TenantStore[];
  close(): void;
}
