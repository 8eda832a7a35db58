import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTracesRequest,
  encodeTracesRequest,
  MalformedOtlpError,
  type Span,
  type TracesRequest,
} from '../../../src/protocol/index.js';
import { anyTraces } from './arbitrary.js';

/** The smallest view of protobufjs' generated message that is used here. */
interface MessageType {
  decode(bytes: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  verify(message: unknown): string | null;
  create(properties: object): unknown;
  toObject(message: unknown, options: object): unknown;
}

// OpenTelemetry's own generated code; an internal path of a pinned development dependency.
const load = createRequire(import.meta.url);
const generated = load(
  `${load.resolve('@opentelemetry/otlp-transformer').replace(/index\.js$/, '')}generated/root.js`,
) as {
  opentelemetry: {
    proto: { collector: { trace: { v1: { ExportTraceServiceRequest: MessageType } } } };
  };
};
const Theirs = generated.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/** A request or nothing: whatever else decoding throws is a defect. */
function decodeOrRefuse(bytes: Uint8Array): TracesRequest | undefined {
  try {
    return decodeTracesRequest(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return undefined;
  }
}

function spanOf(request: TracesRequest): Span {
  const span = request.resourceSpans[0]?.spans[0];
  if (span === undefined) throw new Error('no span');
  return span;
}

const ROOT: Span = {
  traceId: new Uint8Array(16).fill(7),
  spanId: new Uint8Array(8).fill(3),
  name: 'GET /orders/{id}',
  kind: 'server',
  startUnixNano: 1_700_000_000_123_456_789n,
  endUnixNano: 1_700_000_001_123_456_789n,
  attributes: { 'http.route': '/orders/{id}', 'http.response.status_code': 500 },
  error: true,
};

function requestOf(...spans: Span[]): TracesRequest {
  const scope = { scopeName: 'retrace', scopeVersion: '1.0.0' };
  return { resourceSpans: [{ resource: { 'service.name': 'shop' }, ...scope, spans }] };
}

describe('OTLP traces', () => {
  it('carries any request unchanged', () => {
    fc.assert(
      fc.property(anyTraces, (request) => {
        expect(decodeTracesRequest(encodeTracesRequest(request))).toEqual(request);
      }),
      { numRuns: 300 },
    );
  });

  it('is what OpenTelemetry’s schema reads, and reads what that writes', () => {
    fc.assert(
      fc.property(anyTraces, (request) => {
        const theirs = Theirs.decode(encodeTracesRequest(request));
        expect(Theirs.verify(theirs)).toBeNull();
        expect(decodeTracesRequest(Theirs.encode(theirs).finish())).toEqual(request);
      }),
      { numRuns: 200 },
    );
    const child: Span = { ...ROOT, parentSpanId: ROOT.spanId, kind: 'client', error: false };
    const read = Theirs.decode(encodeTracesRequest(requestOf(ROOT, child)));
    expect(Theirs.toObject(read, { longs: String, enums: String, bytes: Array })).toMatchObject({
      resourceSpans: [
        {
          scopeSpans: [
            {
              scope: { name: 'retrace', version: '1.0.0' },
              spans: [
                {
                  traceId: [...ROOT.traceId],
                  spanId: [...ROOT.spanId],
                  name: 'GET /orders/{id}',
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: '1700000000123456789',
                  endTimeUnixNano: '1700000001123456789',
                  status: { code: 'STATUS_CODE_ERROR' },
                },
                { parentSpanId: [...ROOT.spanId], kind: 'SPAN_KIND_CLIENT' },
              ],
            },
          ],
        },
      ],
    });
  });

  it('leaves events, links, state and messages of a foreign span out, and counts spans of other kinds', () => {
    const span = {
      ...ROOT,
      startTimeUnixNano: 5,
      endTimeUnixNano: 6,
      traceState: 'vendor=secret-4711',
      droppedAttributesCount: 3,
      events: [{ name: 'secret-4711', timeUnixNano: 1 }],
      links: [{ traceId: ROOT.traceId, spanId: ROOT.spanId, traceState: 'secret-4711' }],
      flags: 256,
    };
    const spans = [
      { ...span, kind: 2, attributes: [], status: { code: 1, message: 'secret-4711' } },
      { ...span, kind: 1, attributes: [] },
      { ...span, kind: 3, attributes: [], traceId: new Uint8Array(4) },
      { ...span, kind: 3, attributes: [], spanId: new Uint8Array() },
    ];
    const bytes = Theirs.encode(
      Theirs.create({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    ).finish();
    const request = decodeTracesRequest(bytes);
    expect(request.skippedSpans).toBe(3);
    expect(request.resourceSpans[0]?.spans).toEqual([
      { ...ROOT, startUnixNano: 5n, endUnixNano: 6n, attributes: {}, error: false },
    ]);
    expect(Buffer.from(encodeTracesRequest(request)).includes('4711')).toBe(false);
  });

  it('keeps ids apart from the body they came in', () => {
    const bytes = Uint8Array.from(encodeTracesRequest(requestOf(ROOT)));
    const span = spanOf(decodeTracesRequest(bytes));
    bytes.fill(0);
    expect(span.traceId).toEqual(ROOT.traceId);
    expect(span.spanId.buffer.byteLength).toBe(8);
  });

  it('refuses or reads random, mutated and truncated bytes, and what it read can be written again', () => {
    const again = (bytes: Uint8Array): void => {
      const read = decodeOrRefuse(bytes);
      if (read !== undefined) encodeTracesRequest(read);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), again), { numRuns: 3000 });
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const mutations = fc.array(mutation, { maxLength: 6 });
    fc.assert(
      fc.property(anyTraces, mutations, fc.nat(), (request, changes, cut) => {
        const bytes = Uint8Array.from(encodeTracesRequest(request));
        if (bytes.length === 0) return;
        for (const [position, byte] of changes) bytes[position % bytes.length] = byte;
        for (const part of [bytes, bytes.subarray(0, cut % bytes.length)]) again(part);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a body that is cut off anywhere inside', () => {
    const bytes = encodeTracesRequest(requestOf(ROOT));
    for (let length = 1; length < bytes.length; length++) {
      expect(() => decodeTracesRequest(bytes.subarray(0, length))).toThrow(/^malformed OTLP: /);
    }
  });

  it('bounds what a small body can ask for', () => {
    // 4 MiB of empty spans: two bytes each.
    const spans = new Uint8Array(4 * 1024 * 1024).fill(0);
    for (let i = 0; i < spans.length; i += 2) spans[i] = 0x12;
    const wrap = (tag: number, inner: Uint8Array): Uint8Array => {
      const length: number[] = [];
      let rest = inner.length;
      for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) | 0x80);
      return Buffer.concat([Uint8Array.from([tag, ...length, rest]), inner]);
    };
    expect(() => decodeTracesRequest(wrap(0x0a, wrap(0x12, spans)))).toThrow(/too many elements/);
  });
});
