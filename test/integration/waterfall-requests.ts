/** Slow requests as a runtime sends them. */
import { randomBytes } from 'node:crypto';
import type { Attributes, Span, TracesRequest } from '../../src/protocol/types.js';
import { SHOP } from './server-harness.js';

export interface ChildShape {
  attributes: Attributes;
  startUs: number;
  durationUs: number;
  error?: boolean;
}

export interface SlowShape {
  /** `GET /orders/:id` */
  endpoint: string;
  durationUs: number;
  /** When it began, epoch ms. */
  timeMs?: number;
  children?: readonly ChildShape[];
  attributes?: Attributes;
  error?: boolean;
  traceId?: Uint8Array;
}

const nanos = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n;

/** Spans of one slow request: its root, then what it waited for. */
export function slowRequest(shape: SlowShape): Span[] {
  const { endpoint, durationUs, children = [], error = false, traceId = randomBytes(16) } = shape;
  const start = nanos(shape.timeMs ?? Date.now() - durationUs / 1000);
  const [method = '', route = ''] = endpoint.split(' ');
  const spanId = randomBytes(8);
  const ofRoot = {
    'http.request.method': method,
    'http.route': route,
    'retrace.endpoint': endpoint,
    ...shape.attributes,
  };
  return [
    {
      traceId,
      spanId,
      name: endpoint,
      kind: 'server',
      startUnixNano: start,
      endUnixNano: start + BigInt(durationUs) * 1000n,
      attributes: ofRoot,
      error,
    },
    ...children.map((child): Span => {
      const startUnixNano = start + BigInt(child.startUs) * 1000n;
      return {
        traceId,
        spanId: randomBytes(8),
        parentSpanId: spanId,
        name: 'whatever',
        kind: 'client',
        startUnixNano,
        endUnixNano: startUnixNano + BigInt(child.durationUs) * 1000n,
        attributes: { ...child.attributes, 'retrace.endpoint': endpoint },
        error: child.error ?? false,
      };
    }),
  ];
}

export function tracesOf(spans: Span[], resource = SHOP, scopeName = 'retrace'): TracesRequest {
  return { resourceSpans: [{ resource, scopeName, scopeVersion: '0.1.0', spans }] };
}
