import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { HOST_METRIC, METRIC, RUNTIME_METRIC, SDK_NAME } from '../../../src/core/semconv.js';
import * as protocol from '../../../src/protocol/index.js';
import { UNITS } from '../../../src/signature/known-values.js';
import {
  cleanMetricsRequest,
  cleanTracesRequest,
  OUTGOING_METRICS,
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
  OUTGOING_SPAN_ATTRIBUTES,
} from '../../../src/signature/outgoing.js';
import { findLeak } from './canary/plant.js';

/** The smallest view of protobufjs' generated message that is used here. */
interface MessageType {
  decode(bytes: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  fromObject(message: object): unknown;
  toObject(message: unknown, options: object): Record<string, unknown>;
}
// OpenTelemetry's own generated code: it knows every field that a sender could fill.
const load = createRequire(import.meta.url);
const generated = `${load.resolve('@opentelemetry/otlp-transformer').replace(/index\.js$/, '')}generated/root.js`;
const { metrics: metricsProto, trace: traceProto } = (
  load(generated) as {
    opentelemetry: {
      proto: {
        collector: {
          metrics: { v1: { ExportMetricsServiceRequest: MessageType } };
          trace: { v1: { ExportTraceServiceRequest: MessageType } };
        };
      };
    };
  }
).opentelemetry.proto.collector;
const Request = metricsProto.v1.ExportMetricsServiceRequest;
const Traces = traceProto.v1.ExportTraceServiceRequest;

const SECRET = 'kanari91827-deadbeefcafe';
const PLANTED = ['kanari91827', 'deadbeefcafe'];
const names = [
  ...OUTGOING_POINT_ATTRIBUTES,
  ...OUTGOING_SPAN_ATTRIBUTES,
  ...OUTGOING_RESOURCE_ATTRIBUTES,
  SECRET,
  'http.url',
  'db.statement',
  'user.email',
];
/** What the owner has configured travels as it is; a host's name and an instance's id are names of the owner's too. */
const CONFIGURED = new Set([
  'service.name',
  'service.namespace',
  'service.version',
  'service.instance.id',
  'deployment.environment.name',
  'host.name',
]);

/** From our own agent also the applications that the host's package manager names. */
const OWNERS = new Set([...CONFIGURED, 'retrace.package.name', 'retrace.package.version']);

/** Every kind of value that an attribute can have. */
const values = [
  { stringValue: SECRET },
  { stringValue: `GET /${SECRET}/orders?x=${SECRET}` },
  { stringValue: `SELECT '${SECRET}' FROM t` },
  { bytesValue: Buffer.from(SECRET) },
  { arrayValue: { values: [{ stringValue: SECRET }] } },
  { kvlistValue: { values: [{ key: SECRET, value: { stringValue: SECRET } }] } },
  { intValue: 91827 },
  { doubleValue: 91827.5 },
];
const attributesOf = (value: object, own: boolean): object[] =>
  names.filter((name) => !(own ? OWNERS : CONFIGURED).has(name)).map((key) => ({ key, value }));

/** A request in which a secret stands wherever OTLP has room for a text. */
function plantedRequest(value: object, scopeName: string): Uint8Array {
  const attributes = attributesOf(value, scopeName === SDK_NAME);
  const point = {
    attributes,
    startTimeUnixNano: 1,
    timeUnixNano: 2,
    exemplars: [{ filteredAttributes: attributes, asDouble: 1, traceId: Buffer.from(SECRET) }],
  };
  const histogram = { ...point, count: 1, sum: 1, bucketCounts: [1, 0], explicitBounds: [1] };
  const exponential = { ...point, count: 1, sum: 1, scale: 6, positive: { bucketCounts: [1] } };
  const data = [
    { histogram: { aggregationTemporality: 1, dataPoints: [histogram] } },
    { exponentialHistogram: { aggregationTemporality: 1, dataPoints: [exponential] } },
    { sum: { aggregationTemporality: 1, dataPoints: [{ ...point, asInt: 1 }] } },
    { gauge: { dataPoints: [{ ...point, asDouble: 1 }] } },
    { summary: { dataPoints: [{ ...point, count: 1, sum: 1 }] } },
  ];
  const metrics = [SECRET, 'kanari', 'kanari.orders', ...Object.values(METRIC)].map((name, at) => ({
    name,
    description: SECRET,
    unit: SECRET,
    metadata: attributes,
    ...data[at % data.length],
  }));
  const request = {
    resourceMetrics: [
      {
        resource: { attributes, entityRefs: [{ type: SECRET, idKeys: [SECRET] }] },
        schemaUrl: SECRET,
        scopeMetrics: [
          {
            scope: { name: scopeName, version: `1-${SECRET}`, attributes },
            schemaUrl: SECRET,
            metrics,
          },
        ],
      },
    ],
  };
  return Request.encode(Request.fromObject(request)).finish();
}

/** What the agent and the server do with bytes of a sender, and the bytes that leave. */
function pass(bytes: Uint8Array): Uint8Array {
  const cleaned = cleanMetricsRequest(protocol.decodeMetricsRequest(bytes));
  return Uint8Array.from(protocol.encodeMetricsRequest(cleaned.request));
}

/** Spans in which a secret stands wherever OTLP has room for a text. */
function plantedSpans(value: object, scopeName: string, sdkName: string = SDK_NAME): Uint8Array {
  const attributes = attributesOf(value, true);
  const span = (kind: number, parent: object): object => ({
    traceId: new Uint8Array(16).fill(1),
    spanId: new Uint8Array(8).fill(kind),
    ...parent,
    traceState: SECRET,
    name: SECRET,
    kind,
    startTimeUnixNano: 1,
    endTimeUnixNano: 2,
    attributes,
    events: [{ name: SECRET, timeUnixNano: 1, attributes }],
    links: [{ traceId: new Uint8Array(16), traceState: SECRET, attributes }],
    status: { code: 2, message: SECRET },
  });
  const scopeSpans = [
    {
      scope: { name: scopeName, version: `1-${SECRET}`, attributes },
      schemaUrl: SECRET,
      // Of another kind: passed over.
      spans: [span(2, {}), span(3, { parentSpanId: new Uint8Array(8).fill(2) }), span(1, {})],
    },
  ];
  const sdk = { key: 'telemetry.sdk.name', value: { stringValue: sdkName } };
  const resource = { attributes: [...attributes, sdk] };
  const request = { resourceSpans: [{ resource, schemaUrl: SECRET, scopeSpans }] };
  return Traces.encode(Traces.fromObject(request)).finish();
}

function passSpans(bytes: Uint8Array): Uint8Array {
  const cleaned = cleanTracesRequest(protocol.decodeTracesRequest(bytes));
  return Uint8Array.from(protocol.encodeTracesRequest(cleaned));
}

/** Every text of a decoded message with the path to it. */
function* texts(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (value instanceof Uint8Array) yield [path, Buffer.from(value).toString('latin1')];
  else if (Array.isArray(value)) for (const item of value) yield* texts(item, path);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* texts(item, `${path}.${key}`);
  }
}

const POINT_KEY = /\.dataPoints\.attributes\.key$/;
const ATTRIBUTE_VALUE = /\.attributes\.value\.stringValue$/;
const NUMBER =
  /\.(?:startTimeUnixNano|timeUnixNano|count|asInt|intValue|bucketCounts|zeroCount|aggregationTemporality)$/;

/** Where a text may stand in what leaves, and which: everything else is a field that nobody has listed. */
function unlisted(bytes: Uint8Array): string[] {
  const message = Request.toObject(Request.decode(bytes), { longs: String, enums: Number });
  const found: string[] = [];
  for (const [path, text] of texts(message, '')) {
    const listed =
      (POINT_KEY.test(path) && OUTGOING_POINT_ATTRIBUTES.includes(text)) ||
      (path.endsWith('.resource.attributes.key') && OUTGOING_RESOURCE_ATTRIBUTES.includes(text)) ||
      (path.endsWith('.metrics.name') && OUTGOING_METRICS.includes(text)) ||
      (path.endsWith('.metrics.unit') && (text === '' || UNITS.has(text))) ||
      (path.endsWith('.scope.name') && (text === '' || text === SDK_NAME)) ||
      (path.endsWith('.scope.version') && text === '') ||
      ATTRIBUTE_VALUE.test(path) ||
      NUMBER.test(path);
    if (!listed) found.push(`${path}: ${text}`);
  }
  return found;
}

const SPAN_NUMBER =
  /\.(?:startTimeUnixNano|endTimeUnixNano|intValue|kind|code|traceId|spanId|parentSpanId)$/;

/** The same for waterfalls. */
function unlistedOfSpans(bytes: Uint8Array): string[] {
  const message = Traces.toObject(Traces.decode(bytes), { longs: String, enums: Number });
  const found: string[] = [];
  for (const [path, text] of texts(message, '')) {
    const listed =
      (path.endsWith('.spans.attributes.key') && OUTGOING_SPAN_ATTRIBUTES.includes(text)) ||
      (path.endsWith('.resource.attributes.key') && OUTGOING_RESOURCE_ATTRIBUTES.includes(text)) ||
      (path.endsWith('.scope.name') && text === SDK_NAME) ||
      path.endsWith('.spans.name') ||
      ATTRIBUTE_VALUE.test(path) ||
      SPAN_NUMBER.test(path);
    if (!listed) found.push(`${path}: ${text}`);
  }
  return found;
}

describe('the bytes that leave', () => {
  it.each(values)('hold listed fields only, and nothing planted: %o', (value) => {
    const left = pass(plantedRequest(value, 'kanari'));
    expect(unlisted(left)).toEqual([]);
    const wanted = 'intValue' in value || 'doubleValue' in value ? ['9182'] : PLANTED;
    const written = [...texts(Request.toObject(Request.decode(left), { longs: String }), '')]
      // Ports and numbers of processes are numbers.
      .filter(([path]) => !NUMBER.test(path))
      .map(([, text]) => text)
      .join('\n');
    expect(findLeak(written, wanted)).toBeUndefined();
    expect(pass(left)).toEqual(left);
  });

  it('of a request that says it is ours hold listed fields only as well', () => {
    for (const value of values) {
      const left = pass(plantedRequest(value, SDK_NAME));
      expect(unlisted(left)).toEqual([]);
      expect(findLeak(Buffer.from(left).toString('latin1'), PLANTED)).toBeUndefined();
    }
  });

  it.each(values)('of spans hold listed fields only, and nothing planted: %o', (value) => {
    const left = passSpans(plantedSpans(value, SDK_NAME));
    expect(unlistedOfSpans(left)).toEqual([]);
    const spans = protocol.decodeTracesRequest(left).resourceSpans[0]?.spans ?? [];
    expect(spans.map(({ kind }) => kind)).toEqual(['server', 'client']);
    // Ids are the sender's random bytes, times and omitted children are numbers.
    const written = [...texts(Traces.toObject(Traces.decode(left), { longs: String }), '')]
      .filter(([path]) => !SPAN_NUMBER.test(path))
      .map(([, text]) => text)
      .join('\n');
    expect(findLeak(written, PLANTED)).toBeUndefined();
    expect(passSpans(left)).toEqual(left);
  });

  it('hold no span of anybody else', () => {
    for (const value of values) {
      for (const scope of ['kanari', 'retrace-agent', '']) {
        expect(passSpans(plantedSpans(value, scope))).toHaveLength(0);
      }
    }
    const foreign = plantedSpans({ stringValue: SECRET }, SDK_NAME, 'opentelemetry');
    expect(passSpans(foreign)).toHaveLength(0);
  });

  it('are metrics, waterfalls and answers: there is no encoder for anything else', () => {
    const encoders = Object.keys(protocol).filter((name) => name.startsWith('encode'));
    // Whoever adds one for other spans or logs has to extend outgoing.ts and the tests above first.
    expect(encoders.sort()).toEqual([
      'encodeMetricsRequest',
      'encodeMetricsResponse',
      'encodeMetricsResponseJson',
      'encodeRefusal',
      'encodeTracesRequest',
    ]);
    expect(OUTGOING_METRICS).toEqual([
      ...Object.values(METRIC),
      ...Object.values(RUNTIME_METRIC),
      ...Object.values(HOST_METRIC),
    ]);
  });
});
