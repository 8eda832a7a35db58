import { ATTR, RESOURCE } from '../../core/semconv.js';
import { cleanAttribute } from '../../signature/outgoing.js';
import type { HostRecord, OperationRecord, SeriesKind, TenantStore } from '../store/store.js';
import { HOST_ATTRIBUTES, HOST_SERIES_ATTRIBUTES } from '../ingest/host-series.js';
import { lossNamedBy } from './losses.js';
import { textOf } from './rows.js';
import { entryOf } from './tally.js';

const KINDS: readonly SeriesKind[] = ['endpoint', 'query', 'call', 'counter'];
const MAX_INSTANCES = 20_000;

/** Attributes of data points by the kind of operation and the name under which they are stored. */
const STORED: Readonly<Record<SeriesKind, Readonly<Record<string, string>>>> = {
  endpoint: { [ATTR.httpRequestMethod]: 'method', [ATTR.httpRoute]: 'route' },
  query: {
    [ATTR.dbQueryText]: 'text',
    [ATTR.dbOperationName]: 'operation',
    [ATTR.dbCollectionName]: 'collection',
    [ATTR.dbSystemName]: 'system',
    [ATTR.dbNamespace]: 'namespace',
    [ATTR.serverAddress]: 'address',
    [ATTR.serverPort]: 'port',
  },
  call: {
    [ATTR.httpRequestMethod]: 'method',
    [ATTR.urlScheme]: 'scheme',
    [ATTR.serverAddress]: 'address',
    [ATTR.serverPort]: 'port',
    [ATTR.urlTemplate]: 'template',
  },
  counter: {},
  host: HOST_SERIES_ATTRIBUTES,
  process: { [RESOURCE.processPid]: 'pid', [ATTR.cpuMode]: 'mode' },
};

/** Different values that are stored, by attribute; attributes that are not stored are absent. */
export interface StoredValues {
  values: ReadonlyMap<string, ReadonlySet<string>>;
  signatures: { queries: number; webServices: number; endpoints: number; maskedPlaces: number };
}

/** Goes through everything that names something: services, instances, operations, outcomes. */
export async function storedValues(store: TenantStore): Promise<StoredValues> {
  const collected = new Collector();
  for (const service of await store.services()) {
    collected.add(RESOURCE.serviceName, service.name);
    collected.add(RESOURCE.serviceNamespace, service.namespace);
    collected.add(RESOURCE.deploymentEnvironmentName, service.environment);
    collected.add(RESOURCE.serviceVersion, service.version);
    for (const kind of KINDS) {
      for (const record of (await store.operations(service.id, kind)).values()) {
        collected.operation(record);
      }
    }
  }
  for (const instance of await store.instances(0, MAX_INSTANCES)) {
    collected.add(RESOURCE.serviceInstanceId, instance.key);
    collected.add(RESOURCE.serviceVersion, instance.version);
    collected.add(RESOURCE.hostName, instance.hostName);
    const [name = '', version = ''] = instance.runtime.split(' ');
    collected.add(RESOURCE.processRuntimeName, name);
    collected.add(RESOURCE.processRuntimeVersion, version);
  }
  for (const host of await store.hosts(0)) await addHost(store, host, collected);
  for (const { status, errorType } of await store.outcomes()) {
    if (status !== 0) collected.add(ATTR.httpResponseStatusCode, String(status));
    collected.add(ATTR.errorType, errorType);
  }
  return collected;
}

async function addHost(store: TenantStore, host: HostRecord, collected: Collector): Promise<void> {
  collected.add(RESOURCE.hostName, host.name);
  for (const [name, field] of Object.entries(HOST_ATTRIBUTES)) {
    collected.add(name, host.attributes[field] ?? '');
  }
  for (const kind of ['host', 'process'] as const) {
    for (const { attributes } of (await store.operations(host.id, kind)).values()) {
      for (const [name, field] of Object.entries(STORED[kind])) {
        // One field keeps the states and directions of several attributes: only what fits is theirs.
        const value = String(attributes[field] ?? '');
        if (cleanAttribute(name, value) === value) collected.add(name, value);
      }
    }
  }
  for (const { name, version, source } of await store.hostPackages(host.id)) {
    collected.add(ATTR.packageName, name);
    collected.add(ATTR.packageVersion, version);
    collected.add(ATTR.packageSource, source);
  }
  for (const { pid, nodeVersion } of await store.hostProcesses(host.id, 0)) {
    collected.add(RESOURCE.processPid, String(pid));
    collected.add(RESOURCE.processRuntimeVersion, nodeVersion);
  }
}

class Collector implements StoredValues {
  readonly values = new Map<string, Set<string>>();
  readonly signatures = { queries: 0, webServices: 0, endpoints: 0, maskedPlaces: 0 };

  constructor() {
    const kept = [
      ...Object.values(STORED).flatMap((names) => Object.keys(names)),
      RESOURCE.serviceName,
      RESOURCE.serviceNamespace,
      RESOURCE.deploymentEnvironmentName,
      RESOURCE.serviceVersion,
      RESOURCE.serviceInstanceId,
      RESOURCE.hostName,
      RESOURCE.processRuntimeName,
      RESOURCE.processRuntimeVersion,
      ATTR.httpResponseStatusCode,
      ATTR.errorType,
      ATTR.dbQuerySummary,
      ATTR.retraceEndpoint,
      ATTR.retraceKind,
      ATTR.retraceReason,
      ...Object.keys(HOST_ATTRIBUTES),
      RESOURCE.processPid,
      ATTR.packageName,
      ATTR.packageVersion,
      ATTR.packageSource,
    ];
    // Stored in principle, even where nothing arrived yet.
    for (const name of kept) this.values.set(name, new Set());
  }

  add(name: string, value: string): void {
    if (value !== '' && value !== '0') entryOf(this.values, name, () => new Set()).add(value);
  }

  operation(record: OperationRecord): void {
    for (const [attribute, field] of Object.entries(STORED[record.kind])) {
      this.add(attribute, textOf(record, field));
    }
    if (record.kind === 'counter') {
      const dropped = lossNamedBy(record) !== undefined;
      this.add(dropped ? ATTR.retraceReason : ATTR.retraceKind, textOf(record, 'label'));
    }
    if (record.other) return;
    if (record.kind === 'query') {
      this.signatures.queries += 1;
      this.add(ATTR.dbQuerySummary, record.name);
      this.signatures.maskedPlaces += count(textOf(record, 'text'), /\?/g);
    } else if (record.kind === 'call') {
      this.signatures.webServices += 1;
      this.signatures.maskedPlaces += count(textOf(record, 'template'), /\*/g);
    } else if (record.kind === 'endpoint') {
      this.signatures.endpoints += 1;
      this.add(ATTR.retraceEndpoint, record.name);
      this.signatures.maskedPlaces += count(textOf(record, 'route'), /\*/g);
    }
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
