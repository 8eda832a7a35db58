/**
 * Every name that travels: OpenTelemetry's semantic conventions where they have one, `retrace.*`
 * where they do not. No other file spells an attribute or metric name.
 * Source: OpenTelemetry semantic conventions 1.3x, "HTTP metrics", "Database client metrics", "Resource".
 */

/** Metric names. Durations are exponential histograms in seconds, delta temporality. */
export const METRIC = {
  serverDuration: 'http.server.request.duration',
  clientDuration: 'http.client.request.duration',
  queryDuration: 'db.client.operation.duration',
  /** Sum, s: wall time of an endpoint's requests split by `retrace.component` (union of intervals). */
  componentTime: 'retrace.endpoint.component.time',
  /** Sum, {request}: requests of an endpoint in which one query ran at least REPEAT_THRESHOLD times. */
  repeatedRequests: 'retrace.query.repeated.requests',
  /** Sum, {call}: how many times that query ran in those requests. */
  repeatedCalls: 'retrace.query.repeated.calls',
  /** Gauge, {call}: most runs of that query in a single request of the window. */
  repeatedMax: 'retrace.query.repeated.max',
  /** Sum, {record}: operations the hooks saw, by `retrace.kind`. */
  recorded: 'retrace.recorded',
  /** Sum, {record}: operations lost, by `retrace.kind` and `retrace.reason`; and waterfalls, which are no operations. */
  dropped: 'retrace.dropped',
} as const;

/**
 * Host health, measured by the agent. Counters travel as delta sums, what goes up and down (OpenTelemetry's
 * UpDownCounter) as cumulative sums that are not monotonic, the rest as gauges.
 */
export const HOST_METRIC = {
  /** s by `cpu.mode`, all processors together. */
  cpuTime: 'system.cpu.time',
  cpuLogicalCount: 'system.cpu.logical.count',
  cpuPhysicalCount: 'system.cpu.physical.count',
  load1: 'system.cpu.load_average.1m',
  load5: 'system.cpu.load_average.5m',
  load15: 'system.cpu.load_average.15m',
  /** By; the states add up to the limit. */
  memoryUsage: 'system.memory.usage',
  memoryLimit: 'system.memory.limit',
  /** By that could be given to processes without swapping. */
  memoryAvailable: 'system.linux.memory.available',
  pagingUsage: 'system.paging.usage',
  /** Pages swapped in and out. */
  pagingOperations: 'system.paging.operations',
  diskIo: 'system.disk.io',
  diskOperations: 'system.disk.operations',
  /** s in which the disk was working. */
  diskIoTime: 'system.disk.io_time',
  filesystemUsage: 'system.filesystem.usage',
  networkIo: 'system.network.io',
  networkErrors: 'system.network.errors',
  networkDropped: 'system.network.packet.dropped',
  uptime: 'system.uptime',
  processCpuTime: 'process.cpu.time',
  processMemory: 'process.memory.usage',
  processUptime: 'process.uptime',
  containerCpuTime: 'container.cpu.time',
  containerMemory: 'container.memory.usage',
  /** {cpu} */
  containerCpuLimit: 'retrace.container.cpu.limit',
  containerMemoryLimit: 'retrace.container.memory.limit',
  /** s in which processes were held back because of the CPU limit. */
  containerThrottledTime: 'retrace.container.cpu.throttled.time',
  collectorDuration: 'retrace.collector.duration',
  /** 1 or 0 per run. */
  collectorSuccess: 'retrace.collector.success',
  /** 1 per installed application. */
  package: 'retrace.host.package',
} as const;

/** Values of `retrace.collector`: one per file in agent/collectors. */
export const COLLECTORS = [
  'cpu',
  'load',
  'memory',
  'swap',
  'disks',
  'file_systems',
  'network',
  'uptime',
  'processes',
  'container',
  'hardware',
  'packages',
  'node_processes',
] as const;
export type CollectorName = (typeof COLLECTORS)[number];

/**
 * What a runtime measures of its own process, once per window. Of threads only the main one: its event loop and heap.
 * Source: OpenTelemetry semantic conventions 1.3x, "Node.js runtime", "V8 JS engine runtime", "OS process".
 */
export const RUNTIME_METRIC = {
  /** Gauges, s: how late the event loop was, over the window. */
  loopDelayMin: 'nodejs.eventloop.delay.min',
  loopDelayMax: 'nodejs.eventloop.delay.max',
  loopDelayMean: 'nodejs.eventloop.delay.mean',
  loopDelayP50: 'nodejs.eventloop.delay.p50',
  loopDelayP90: 'nodejs.eventloop.delay.p90',
  loopDelayP99: 'nodejs.eventloop.delay.p99',
  /** Gauge, 0 … 1: share of the time in which the loop was not idle. */
  loopUtilization: 'nodejs.eventloop.utilization',
  /** Sum that goes up and down, By, by `v8js.heap.space.name`. */
  heapUsed: 'v8js.memory.heap.used',
  /** Sum that goes up and down, By: what V8 lets the heap become; the conventions have no name for it. */
  heapSizeLimit: 'retrace.heap.size_limit',
  /** Histogram, s, by `v8js.gc.type`. */
  gcDuration: 'v8js.gc.duration',
  /** Sums, s: time in which every collection was observed, and in which none was. Absent: all was. */
  gcObservedTime: 'retrace.gc.observed.time',
  gcUnobservedTime: 'retrace.gc.unobserved.time',
  /** Sum, s, by `cpu.mode`. */
  cpuTime: 'process.cpu.time',
  /** Sum that goes up and down, By: resident memory. */
  memoryUsage: 'process.memory.usage',
} as const;

/** Values of `v8js.gc.type`. */
export const GC_TYPES = ['minor', 'major', 'incremental', 'weakcb'] as const;

/** Values of `v8js.heap.space.name`: the heap spaces of V8 in Node.js 20 to 26. */
export const HEAP_SPACES = [
  'read_only_space',
  'new_space',
  'old_space',
  'code_space',
  'shared_space',
  'trusted_space',
  'shared_trusted_space',
  'new_large_object_space',
  'large_object_space',
  'code_large_object_space',
  'shared_large_object_space',
  'shared_trusted_large_object_space',
  'trusted_large_object_space',
  'map_space',
] as const;

/** Attribute names of data points. */
export const ATTR = {
  httpRequestMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpResponseStatusCode: 'http.response.status_code',
  urlTemplate: 'url.template',
  urlScheme: 'url.scheme',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  dbSystemName: 'db.system.name',
  dbNamespace: 'db.namespace',
  dbOperationName: 'db.operation.name',
  dbCollectionName: 'db.collection.name',
  dbQuerySummary: 'db.query.summary',
  /** Always a signature, never the statement. */
  dbQueryText: 'db.query.text',
  dbResponseStatusCode: 'db.response.status_code',
  errorType: 'error.type',
  /** OpenTelemetry's own marker of a cardinality-limit series: our "Other". */
  metricOverflow: 'otel.metric.overflow',
  /** `GET /orders/:id`: the endpoint a record belongs to; absent = outside any request. */
  retraceEndpoint: 'retrace.endpoint',
  /** 16 hex digits of the case-folded token stream: the grouping key of a query. */
  retraceQueryHash: 'retrace.query.hash',
  /** database | web_services | own_code */
  retraceComponent: 'retrace.component',
  /** request | query | call | waterfall */
  retraceKind: 'retrace.kind',
  retraceReason: 'retrace.reason',
  /** Of a waterfall's root span: queries and calls of the request that are not among its spans. */
  retraceWaterfallOmitted: 'retrace.waterfall.omitted',
  /** Attributes of host health. Names of devices and paths are data: see signature/host-rules.ts. */
  cpuMode: 'cpu.mode',
  memoryState: 'system.memory.state',
  pagingState: 'system.paging.state',
  pagingDirection: 'system.paging.direction',
  systemDevice: 'system.device',
  diskDirection: 'disk.io.direction',
  filesystemState: 'system.filesystem.state',
  filesystemType: 'system.filesystem.type',
  filesystemMountpoint: 'system.filesystem.mountpoint',
  networkInterface: 'network.interface.name',
  networkDirection: 'network.io.direction',
  retraceCollector: 'retrace.collector',
  packageName: 'retrace.package.name',
  packageVersion: 'retrace.package.version',
  /** dpkg | rpm | apk */
  packageSource: 'retrace.package.source',
  heapSpaceName: 'v8js.heap.space.name',
  gcType: 'v8js.gc.type',
} as const;

/** Attribute names of the resource (who sends). */
export const RESOURCE = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceNamespace: 'service.namespace',
  serviceInstanceId: 'service.instance.id',
  deploymentEnvironmentName: 'deployment.environment.name',
  hostName: 'host.name',
  hostArch: 'host.arch',
  osType: 'os.type',
  processPid: 'process.pid',
  processRuntimeName: 'process.runtime.name',
  processRuntimeVersion: 'process.runtime.version',
  telemetrySdkName: 'telemetry.sdk.name',
  telemetrySdkLanguage: 'telemetry.sdk.language',
  telemetrySdkVersion: 'telemetry.sdk.version',
  hostCpuModelName: 'host.cpu.model.name',
  hostCpuVendorId: 'host.cpu.vendor.id',
  osName: 'os.name',
  osVersion: 'os.version',
  /** The kernel's version. */
  osBuildId: 'os.build_id',
  /** How many processes the agent added up; those that are named in the same request without metrics. */
  retraceInstances: 'retrace.instances',
} as const;

/** Values of `retrace.component`. */
export const COMPONENT = {
  database: 'database',
  webServices: 'web_services',
  ownCode: 'own_code',
} as const;

/** Values of `retrace.kind`. A waterfall (one slow request, span by span) can be lost, but is no operation. */
export const KIND = {
  request: 'request',
  query: 'query',
  call: 'call',
  waterfall: 'waterfall',
} as const;

/** Values of `retrace.reason`: one per way in which a record can be lost. */
export const DROP_REASON = {
  /** The ring was full: the worker was slower than the app. */
  ringFull: 'ring_full',
  /** Undelivered windows exceeded the runtime's memory bound; oldest first. */
  runtimeBacklog: 'runtime_backlog',
  /** The process ended before the runtime could hand it over. */
  exit: 'exit',
  /** The agent's spool exceeded its bound; oldest first. */
  spoolFull: 'spool_full',
  /** A spool segment failed its checksum or decryption. */
  spoolCorrupt: 'spool_corrupt',
  /** The server refused a batch for good (4xx other than 401, 403, 408, 429). */
  rejected: 'rejected',
  /** Data of a foreign SDK that the server cannot represent (for example cumulative temporality). */
  unsupported: 'unsupported',
  /** Spans and log records of other SDKs: neither is stored. */
  unsupportedSignal: 'unsupported_signal',
} as const;

/** From how many runs in one request a query counts as repeated (N+1). */
export const REPEAT_THRESHOLD = 5;
/** `error.type` of an inbound request whose client went away before the response was complete. */
export const ERROR_ABORTED = 'aborted';
/** `error.type` when nothing more specific may be said. OpenTelemetry's fallback value. */
export const ERROR_OTHER = '_OTHER';

/** `telemetry.sdk.name` of everything Retrace itself measures. */
export const SDK_NAME = 'retrace';
/**
 * `service.name` of the agent's own metrics (`retrace.dropped` of what the agent lost). It is not a service that
 * anyone monitors: readers show its data points as losses and nowhere else.
 */
export const AGENT_SERVICE_NAME = 'retrace-agent';
