/**
 * THE list of what may travel: every attribute name with the rule for its value. A name that is not here is not
 * sent. Applied by the runtime's and the agent's exporters and again by the server, to data of any origin; what
 * passed once passes unchanged.
 */
import {
  AGENT_SERVICE_NAME,
  ATTR,
  COLLECTORS,
  COMPONENT,
  DROP_REASON,
  GC_TYPES,
  HEAP_SPACES,
  HOST_METRIC,
  KIND,
  METRIC,
  RESOURCE,
  SDK_NAME,
  RUNTIME_METRIC,
} from '../core/semconv.js';
import type {
  Attributes,
  AttributeValue,
  Metric,
  MetricsRequest,
  TracesRequest,
} from '../protocol/types.js';
import {
  cleanCollection,
  cleanDatabaseName,
  cleanErrorType,
  cleanServiceName,
  cleanStatusCode,
} from './attributes.js';
import {
  cleanCpuModel,
  cleanDevice,
  cleanDistribution,
  cleanInterface,
  cleanKernelVersion,
  cleanMountpoint,
  CPU_MODES,
  CPU_VENDORS,
  LOCAL_FILE_SYSTEMS,
  MEMORY_STATES,
  OS_VERSION,
  PACKAGE_NAME,
  PACKAGE_VERSION,
} from './host-rules.js';
import {
  ARCHITECTURES,
  DATABASE_SYSTEMS,
  NOT_SQL,
  OS_TYPES,
  RUNTIME_NAMES,
  SDK_LANGUAGES,
  UNITS,
} from './known-values.js';
import { cleanOperation, cleanSummary } from './operations.js';
import { remembering } from './remembering.js';
import { sqlSignature } from './sql/signature.js';
import { cleanForeignRoute } from './url/foreign-route.js';
import { cleanHost } from './url/host.js';
import { cleanRoute } from './url/route.js';
import { cleanMethod } from './url/url.js';
import { knownSegment } from './url/vocabulary.js';

/**
 * Who states a value. `own`: hooks of ours, which take routes from the framework and templates from the owner: code.
 * `foreign`: any other SDK, whose routes may be the paths themselves: data.
 */
export type Origin = 'own' | 'foreign';

type Rule = (value: AttributeValue, system: string, origin: Origin) => AttributeValue | undefined;

const MAX_SPAN_NAME = 255;

const text = (clean: (value: string) => string): Rule => {
  const remembered = remembering(clean);
  return (value) =>
    typeof value === 'string'
      ? remembered(value)
      : typeof value === 'number'
        ? clean(String(value))
        : undefined;
};

const integer =
  (min: number, max: number): Rule =>
  (value) => {
    const number = typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  };

const oneOf = (values: Iterable<string>): Rule => {
  const allowed = new Set(values);
  return (value) => (typeof value === 'string' && allowed.has(value) ? value : undefined);
};

const matching =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;

/** Versions of libraries and runtimes: numbers, and how finished they are. */
const PLAIN_VERSION =
  /^v?(?=(?:\D*\d){1,9}\D*$)\d{1,4}(?:[._]\d{1,4}){0,3}(?:[-+.](?:alpha|beta|rc|dev|nightly|canary|snapshot|lts|final|ga|pre|post)?[.-]?\d{0,3}){0,3}$/i;
const plainVersion = matching(PLAIN_VERSION);
/** The app's own may be a commit. */
const version = matching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/);
const configured = text(cleanServiceName);

/** One memory per `db.system.name` that was met. */
const signatures = new Map<string, (value: string) => string>();
const MAX_SYSTEMS = 16;

const queryText: Rule = (value, system) => {
  if (typeof value !== 'string') return undefined;
  if (NOT_SQL.has(system)) return '?';
  let signature = signatures.get(system);
  if (signature === undefined) {
    signature = remembering((statement) => sqlSignature(statement, { dialect: system }).text);
    if (signatures.size < MAX_SYSTEMS) signatures.set(system, signature);
  }
  return signature(value);
};

/** `GET /orders/:id`: a method of the list, then a route. */
function cleanEndpoint(value: string, route: (text: string) => string): string {
  const space = value.indexOf(' ');
  if (space < 0) return cleanMethod(value);
  return `${cleanMethod(value.slice(0, space))} ${route(value.slice(space + 1))}`;
}

const byOrigin = (own: Rule, foreign: Rule): Rule => {
  return (value, system, origin) => (origin === 'own' ? own : foreign)(value, system, origin);
};
const nothing: Rule = () => undefined;
const route = byOrigin(text(cleanRoute), text(cleanForeignRoute));
const endpoint = byOrigin(
  text((value) => cleanEndpoint(value, cleanRoute)),
  text((value) => cleanEndpoint(value, cleanForeignRoute)),
);
/** A system that is not listed is `other_sql`, as OpenTelemetry has it. */
const systemName: Rule = (value) =>
  typeof value !== 'string' ? undefined : DATABASE_SYSTEMS.has(value) ? value : 'other_sql';

const POINT_RULES: Readonly<Record<string, Rule>> = {
  [ATTR.httpRequestMethod]: text(cleanMethod),
  [ATTR.httpRoute]: route,
  [ATTR.httpResponseStatusCode]: integer(100, 999),
  [ATTR.urlTemplate]: route,
  [ATTR.urlScheme]: oneOf(['http', 'https', 'ws', 'wss']),
  [ATTR.serverAddress]: text(cleanHost),
  [ATTR.serverPort]: integer(0, 65_535),
  [ATTR.dbSystemName]: systemName,
  [ATTR.dbNamespace]: text(cleanDatabaseName),
  [ATTR.dbOperationName]: (value) =>
    typeof value === 'string' ? cleanOperation(value) : undefined,
  [ATTR.dbCollectionName]: text(cleanCollection),
  [ATTR.dbQuerySummary]: text(cleanSummary),
  [ATTR.dbQueryText]: queryText,
  [ATTR.dbResponseStatusCode]: text(cleanStatusCode),
  [ATTR.errorType]: text(cleanErrorType),
  [ATTR.metricOverflow]: (value) => (typeof value === 'boolean' ? value : undefined),
  [ATTR.retraceEndpoint]: endpoint,
  // Sixteen digits that we have not computed could be a card's number.
  [ATTR.retraceQueryHash]: byOrigin(matching(/^[0-9a-f]{16}$/), nothing),
  [ATTR.retraceComponent]: oneOf(Object.values(COMPONENT)),
  [ATTR.retraceKind]: oneOf(Object.values(KIND)),
  [ATTR.retraceReason]: oneOf(Object.values(DROP_REASON)),
  [ATTR.cpuMode]: oneOf(CPU_MODES),
  [ATTR.memoryState]: oneOf(MEMORY_STATES),
  [ATTR.pagingState]: oneOf(['used', 'free']),
  [ATTR.pagingDirection]: oneOf(['in', 'out']),
  [ATTR.systemDevice]: text(cleanDevice),
  [ATTR.diskDirection]: oneOf(['read', 'write']),
  [ATTR.filesystemState]: oneOf(['used', 'free', 'reserved']),
  [ATTR.filesystemType]: oneOf(LOCAL_FILE_SYSTEMS),
  [ATTR.filesystemMountpoint]: text(cleanMountpoint),
  [ATTR.networkInterface]: text(cleanInterface),
  [ATTR.networkDirection]: oneOf(['receive', 'transmit']),
  [ATTR.retraceCollector]: oneOf(COLLECTORS),
  [ATTR.packageName]: byOrigin(matching(PACKAGE_NAME), nothing),
  [ATTR.packageVersion]: byOrigin(matching(PACKAGE_VERSION), nothing),
  [ATTR.packageSource]: oneOf(['dpkg', 'rpm', 'apk']),
  [ATTR.heapSpaceName]: oneOf(HEAP_SPACES),
  [ATTR.gcType]: oneOf(GC_TYPES),
};

/** Of what a series has, what a span of a waterfall has as well. */
const SPAN_ATTRIBUTES = [
  ATTR.httpRequestMethod,
  ATTR.httpRoute,
  ATTR.httpResponseStatusCode,
  ATTR.urlTemplate,
  ATTR.urlScheme,
  ATTR.serverAddress,
  ATTR.serverPort,
  ATTR.dbSystemName,
  ATTR.dbNamespace,
  ATTR.dbOperationName,
  ATTR.dbCollectionName,
  ATTR.dbQuerySummary,
  ATTR.dbQueryText,
  ATTR.errorType,
  ATTR.metricOverflow,
  ATTR.retraceEndpoint,
  ATTR.retraceQueryHash,
] as const;

const SPAN_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(SPAN_ATTRIBUTES.map((name) => [name, POINT_RULES[name] ?? nothing])),
  [ATTR.retraceWaterfallOmitted]: integer(0, 10_000_000),
};

const RESOURCE_RULES: Readonly<Record<string, Rule>> = {
  [RESOURCE.serviceName]: configured,
  [RESOURCE.serviceVersion]: version,
  [RESOURCE.serviceNamespace]: configured,
  // No @ and no slash: an address or a path is no name of an instance.
  [RESOURCE.serviceInstanceId]: matching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/),
  [RESOURCE.deploymentEnvironmentName]: configured,
  [RESOURCE.hostName]: matching(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})$/),
  [RESOURCE.hostArch]: oneOf(ARCHITECTURES),
  [RESOURCE.osType]: oneOf(OS_TYPES),
  // Linux has no larger ones; a longer number is no process.
  [RESOURCE.processPid]: integer(0, 4_194_304),
  [RESOURCE.processRuntimeName]: oneOf(RUNTIME_NAMES),
  [RESOURCE.processRuntimeVersion]: plainVersion,
  [RESOURCE.telemetrySdkName]: oneOf([SDK_NAME, 'opentelemetry']),
  [RESOURCE.telemetrySdkLanguage]: oneOf(SDK_LANGUAGES),
  [RESOURCE.telemetrySdkVersion]: plainVersion,
  [RESOURCE.hostCpuModelName]: text(cleanCpuModel),
  [RESOURCE.hostCpuVendorId]: oneOf(CPU_VENDORS),
  [RESOURCE.osName]: text(cleanDistribution),
  [RESOURCE.osVersion]: matching(OS_VERSION),
  [RESOURCE.osBuildId]: text(cleanKernelVersion),
  [RESOURCE.retraceInstances]: integer(1, 1_000_000),
};

/** Every name that may travel, for the tests that compare it with what is sent. */
export const OUTGOING_POINT_ATTRIBUTES: readonly string[] = Object.keys(POINT_RULES);
export const OUTGOING_RESOURCE_ATTRIBUTES: readonly string[] = Object.keys(RESOURCE_RULES);
export const OUTGOING_SPAN_ATTRIBUTES: readonly string[] = Object.keys(SPAN_RULES);

/** … and the names of metrics. */
export const OUTGOING_METRICS: readonly string[] = [
  ...Object.values(METRIC),
  ...Object.values(RUNTIME_METRIC),
  ...Object.values(HOST_METRIC),
];

/**
 * Cleans one attribute of a data point, of a span or of the resource. Total.
 * @param system `db.system.name` of the same data point, which decides how `db.query.text` is read.
 * @param origin who states it: a hook of ours unless said otherwise.
 * @returns the value that may travel, or undefined: the attribute must not.
 */
export function cleanAttribute(
  name: string,
  value: AttributeValue,
  system = '',
  origin: Origin = 'own',
): AttributeValue | undefined {
  const rule = ruleOf(POINT_RULES, name) ?? ruleOf(RESOURCE_RULES, name);
  return apply(rule ?? ruleOf(SPAN_RULES, name), value, system, origin);
}

function ruleOf(rules: Readonly<Record<string, Rule>>, name: string): Rule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

function apply(
  rule: Rule | undefined,
  value: AttributeValue,
  system: string,
  origin: Origin,
): AttributeValue | undefined {
  try {
    return rule?.(value, system, origin);
  } catch {
    return undefined;
  }
}

/** A cleaned request. Also a MetricsRequest itself, for those who do not ask what was dropped. */
export interface CleanedMetricsRequest extends MetricsRequest {
  request: MetricsRequest;
  /** Attributes that were not listed or whose value could not be cleaned. */
  droppedAttributes: number;
  /** Data points of metrics that are not listed. */
  droppedPoints: number;
}

const METRIC_NAMES = new Set(OUTGOING_METRICS);
const OWN_SCOPES = new Set<string>([SDK_NAME, AGENT_SERVICE_NAME]);

/** Our own data says so twice; what says it once is somebody else's. */
function originOf(group: { resource: Attributes; scopeName: string }): Origin {
  const sdk = group.resource[RESOURCE.telemetrySdkName] ?? SDK_NAME;
  return OWN_SCOPES.has(group.scopeName) && sdk === SDK_NAME ? 'own' : 'foreign';
}

/** Cleans sets of attributes and counts what had to stay out. */
class AttributeCleaner {
  dropped = 0;

  clean(attributes: Attributes, rules: Readonly<Record<string, Rule>>, origin: Origin): Attributes {
    const kept: Record<string, AttributeValue> = {};
    const system = attributes[ATTR.dbSystemName];
    const systemName = typeof system === 'string' ? system : '';
    for (const [name, value] of Object.entries(attributes)) {
      const cleaned = apply(ruleOf(rules, name), value, systemName, origin);
      if (cleaned === undefined) this.dropped++;
      else kept[name] = cleaned;
    }
    return kept;
  }
}

const cleanScopeVersion = (version: string): string => (PLAIN_VERSION.test(version) ? version : '');

/**
 * Cleans a whole request: attributes by the lists above, metrics, units and scopes by theirs. Metrics that are not
 * listed are left out: nobody stores them, and a name can be made of data. The request handed in stays as it is.
 * @param known who sends, where it is known; else it is taken from what the request says of itself.
 */
export function cleanMetricsRequest(dirty: MetricsRequest, known?: Origin): CleanedMetricsRequest {
  const cleaner = new AttributeCleaner();
  let droppedPoints = 0;
  const cleanMetric = (metric: Metric, origin: Origin): Metric => {
    const points = metric.points.map((point) => ({
      ...point,
      attributes: cleaner.clean(point.attributes, POINT_RULES, origin),
    }));
    // The points keep the type of their metric: only attributes were replaced.
    return { ...metric, unit: UNITS.has(metric.unit) ? metric.unit : '', points } as Metric;
  };
  const resourceMetrics = dirty.resourceMetrics.map((group) => {
    const origin = known ?? originOf(group);
    const listed = group.metrics.filter(({ name }) => METRIC_NAMES.has(name));
    for (const metric of group.metrics) {
      if (!METRIC_NAMES.has(metric.name)) droppedPoints += metric.points.length;
    }
    return {
      resource: cleaner.clean(group.resource, RESOURCE_RULES, origin),
      // Foreign scopes are names of libraries that nothing here asks for.
      scopeName: origin === 'own' && OWN_SCOPES.has(group.scopeName) ? group.scopeName : '',
      scopeVersion: origin === 'own' ? cleanScopeVersion(group.scopeVersion) : '',
      metrics: listed.map((metric) => cleanMetric(metric, origin)),
    };
  });
  const request: MetricsRequest = { resourceMetrics };
  return { request, resourceMetrics, droppedAttributes: cleaner.dropped, droppedPoints };
}

/** Also a TracesRequest itself. */
export interface CleanedTracesRequest extends TracesRequest {
  droppedAttributes: number;
  /** Spans that are not our runtime's, or that decoding had to pass over. */
  droppedSpans: number;
}

/**
 * Cleans waterfalls. Spans of anybody else are left out whole: nobody stores them. Nothing of a span's name is taken
 * over, it is made again of the attributes that are left.
 */
export function cleanTracesRequest(dirty: TracesRequest): CleanedTracesRequest {
  const cleaner = new AttributeCleaner();
  let droppedSpans = dirty.skippedSpans ?? 0;
  const resourceSpans: TracesRequest['resourceSpans'] = [];
  for (const group of dirty.resourceSpans) {
    if (group.scopeName !== SDK_NAME || originOf(group) !== 'own') {
      droppedSpans += group.spans.length;
      continue;
    }
    resourceSpans.push({
      resource: cleaner.clean(group.resource, RESOURCE_RULES, 'own'),
      scopeName: SDK_NAME,
      scopeVersion: cleanScopeVersion(group.scopeVersion),
      spans: group.spans.map((span) => {
        const attributes = cleaner.clean(span.attributes, SPAN_RULES, 'own');
        return { ...span, name: waterfallSpanName(attributes), attributes };
      }),
    });
  }
  return { resourceSpans, droppedAttributes: cleaner.dropped, droppedSpans };
}

/**
 * Name of a span of a waterfall: the summary of a query, method and template of a call, or the endpoint.
 * @param attributes cleaned ones: the name has nothing that is not in them.
 */
export function waterfallSpanName(attributes: Attributes): string {
  const text = (name: string): string => String(attributes[name] ?? '');
  if (attributes[ATTR.dbSystemName] !== undefined || attributes[ATTR.dbQueryText] !== undefined) {
    return text(ATTR.dbQuerySummary) || text(ATTR.dbOperationName) || '?';
  }
  const call = attributes[ATTR.urlTemplate];
  if (call !== undefined) return `${text(ATTR.httpRequestMethod)} ${call}`.trimStart();
  const request = text(ATTR.retraceEndpoint) || text(ATTR.httpRequestMethod);
  return request || (attributes[ATTR.metricOverflow] === true ? 'Other' : '?');
}

/** A word of a name that somebody gave a span by hand. */
const cleanWord = (word: string): string => knownSegment(word) ?? '*';

/**
 * A span's name, as far as it may travel: a known method with a route, an operation with the names it works on, else
 * words of the closed vocabulary only. Names of spans come from other instrumentations and from the app's own code.
 * @param kind `http` and `db` when the span's attributes say so.
 */
export function cleanSpanName(name: string, kind: 'http' | 'db' | 'other'): string {
  if (kind === 'http') return cleanEndpoint(name, cleanForeignRoute);
  if (kind === 'db') return cleanSummary(name) || '?';
  const words = name.slice(0, MAX_SPAN_NAME).split(/\s+/).filter(Boolean);
  return words.map(cleanWord).join(' ') || '*';
}
