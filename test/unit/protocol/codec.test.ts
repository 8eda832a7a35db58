import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMetricsRequest,
  decodeRejectedDataPoints,
  encodeMetricsRequest,
  encodeMetricsResponse,
  encodeMetricsResponseJson,
  MalformedOtlpError,
  type MetricsRequest,
} from '../../../src/protocol/index.js';
import { anyRequest } from './arbitrary.js';

/** A request or nothing: whatever else decoding throws is a defect. */
function decodeOrRefuse(bytes: Uint8Array): MetricsRequest | undefined {
  try {
    return decodeMetricsRequest(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return undefined;
  }
}

describe('OTLP protobuf', () => {
  it('carries any request unchanged', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(decodeMetricsRequest(encodeMetricsRequest(request))).toEqual(request);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses or reads random bytes, and what it read can be written again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const request = decodeOrRefuse(bytes);
        if (request !== undefined) encodeMetricsRequest(request);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses or reads mutated and truncated requests, and what it read can be written again', () => {
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        anyRequest,
        fc.array(mutation, { maxLength: 6 }),
        fc.nat(),
        (request, mutations, cut) => {
          const bytes = Uint8Array.from(encodeMetricsRequest(request));
          if (bytes.length === 0) return;
          for (const [position, byte] of mutations) bytes[position % bytes.length] = byte;
          for (const part of [bytes, bytes.subarray(0, cut % bytes.length)]) {
            const read = decodeOrRefuse(part);
            if (read !== undefined) encodeMetricsRequest(read);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('leaves out what it has no place for, and counts summaries', () => {
    // Metric 1: a summary with two points. Metric 2: name "m" and an unknown field 99, no data.
    const summary = [0x5a, 0x04, 0x0a, 0x00, 0x0a, 0x00];
    const odd = [0x0a, 0x01, 0x6d, 0x98, 0x06, 0x01];
    const metrics = [0x12, summary.length, ...summary, 0x12, odd.length, ...odd];
    const scope = [0x12, metrics.length, ...metrics];
    const bytes = Uint8Array.from([0x0a, scope.length, ...scope]);
    expect(decodeMetricsRequest(bytes)).toEqual({
      resourceMetrics: [{ resource: {}, scopeName: '', scopeVersion: '', metrics: [] }],
      skippedPoints: 2,
    });
  });

  it('keeps a resource that comes after its scopes, and both scopes of one resource', () => {
    const attribute = [0x0a, 0x09, 0x0a, 0x01, 0x6b, 0x12, 0x04, 0x0a, 0x02, 0x76, 0x31];
    const body = [0x12, 0x00, 0x12, 0x00, 0x0a, attribute.length, ...attribute];
    const request = decodeMetricsRequest(Uint8Array.from([0x0a, body.length, ...body]));
    expect(request.resourceMetrics.map((entry) => entry.resource)).toEqual([
      { k: 'v1' },
      { k: 'v1' },
    ]);
  });

  it('takes counts unpacked, packed and in several pieces', () => {
    const counts = [0x10, 0x05, 0x12, 0x03, 0xac, 0x02, 0x07, 0x10, 0x01, 0x12, 0x01, 0x00];
    const nest = (tag: number, inner: number[]): number[] => [tag, inner.length, ...inner];
    const point = nest(0x0a, nest(0x42, counts));
    const metric = nest(0x12, nest(0x52, point));
    const bytes = Uint8Array.from(nest(0x0a, nest(0x12, metric)));
    expect(decodeMetricsRequest(bytes).resourceMetrics[0]?.metrics[0]?.points).toMatchObject([
      { positiveCounts: [5, 300, 7, 1, 0] },
    ]);
    // The list's last number lacks its end.
    const cut = nest(0x0a, nest(0x42, [0x12, 0x02, 0x07, 0x80, 0x10, 0x01]));
    const broken = Uint8Array.from(nest(0x0a, nest(0x12, nest(0x12, nest(0x52, cut)))));
    expect(() => decodeMetricsRequest(broken)).toThrow(/truncated/);
  });

  it('never sets a prototype', () => {
    const request = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    const bytes = encodeMetricsRequest({
      resourceMetrics: [{ resource: request, scopeName: '', scopeVersion: '', metrics: [] }],
    });
    const resource = decodeMetricsRequest(bytes).resourceMetrics[0]?.resource;
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
  });

  it('bounds what a small body can ask for', () => {
    // 4 MiB of empty data points: two bytes each.
    const points = new Uint8Array(4 * 1024 * 1024).fill(0);
    for (let i = 0; i < points.length; i += 2) points[i] = 0x0a;
    const wrap = (tag: number, inner: Uint8Array): Uint8Array => {
      const length: number[] = [];
      let rest = inner.length;
      for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) | 0x80);
      return Buffer.concat([Uint8Array.from([tag, ...length, rest]), inner]);
    };
    const bytes = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x52, points))));
    expect(() => decodeMetricsRequest(bytes)).toThrow(/too many elements/);
  });

  it('never quotes the content in an error', () => {
    const secret = Buffer.from('\x0a\x7fsecret-4711');
    expect(() => decodeMetricsRequest(secret)).toThrow(/^malformed OTLP: truncated$/);
  });
});

describe('OTLP export response', () => {
  it('is empty on success and names the refused points otherwise', () => {
    expect(encodeMetricsResponse()).toHaveLength(0);
    expect(decodeRejectedDataPoints(new Uint8Array())).toBe(0);
    const partial = { rejectedDataPoints: 300, errorMessage: 'summaries are not stored' };
    expect(decodeRejectedDataPoints(encodeMetricsResponse(partial))).toBe(300);
    expect(JSON.parse(encodeMetricsResponseJson(partial))).toEqual({
      partialSuccess: { rejectedDataPoints: '300', errorMessage: 'summaries are not stored' },
    });
    expect(encodeMetricsResponseJson()).toBe('{}');
  });
});
