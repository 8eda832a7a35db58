import { ATTR, METRIC } from '../../../src/core/semconv.js';
import { encodeMetricsRequest } from '../../../src/protocol/index.js';
import { DeliveryQueue } from '../../../src/transport/delivery-queue.js';
import { SocketSender } from '../../../src/transport/socket-sender.js';
import { makeBatch, REQUEST_POINT } from '../agent-fixtures.js';

export interface WindowOptions {
  endMs?: number;
  /** Distinct series of queries: makes the window larger. */
  queries?: number;
  /** Durations in each series of queries; 1 to 3 unless stated. */
  samples?: number;
  /** service.instance.id; one for all of a service unless stated. */
  instance?: string;
}

/** `total` durations in µs, different in every window. */
function durations(total: number, seed: number): number[] {
  return Array.from({ length: total }, (_, i) => 100 + ((seed * 7919 + i * 104_729) % 5_000_000));
}

/** A window as the runtime's worker encodes it: requests, queries and calls. @returns its bytes and record count. */
export function encodeWindow(
  service: string,
  seed: number,
  { endMs, queries = 1, samples, instance = `${service}-instance` }: WindowOptions = {},
): { body: Uint8Array; records: number } {
  const requests = 1 + (seed % 5);
  const perQuery = samples ?? 1 + (seed % 3);
  const points = [
    { attributes: REQUEST_POINT, us: durations(requests, seed) },
    ...Array.from({ length: queries }, (_, i) => ({
      metric: METRIC.queryDuration,
      attributes: {
        [ATTR.dbSystemName]: 'postgresql',
        [ATTR.dbQueryText]: `SELECT * FROM orders WHERE ${columnName(i)} = ?`,
        [ATTR.dbQuerySummary]: 'SELECT orders',
        [ATTR.retraceEndpoint]: 'GET /orders/:id',
      },
      us: durations(perQuery, seed + i),
    })),
    {
      metric: METRIC.clientDuration,
      attributes: {
        [ATTR.httpRequestMethod]: 'POST',
        [ATTR.serverAddress]: 'api.pay.example',
        [ATTR.urlTemplate]: '/v1/charges',
        [ATTR.retraceEndpoint]: 'GET /orders/:id',
      },
      us: durations(1, seed),
    },
  ];
  const request = makeBatch(points, { service, instance, endMs });
  return {
    body: Uint8Array.from(encodeMetricsRequest(request)),
    records: requests + queries * perQuery + 1,
  };
}

/** Letters only: digits in names are masked. */
function columnName(i: number): string {
  return `column_${[...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;
}

/** The delivering half of a runtime, as it runs in the worker: its queue, its sender, a real socket. */
export class Runtime {
  recorded = 0;
  /** Lost in the runtime itself. */
  readonly dropped: Record<string, number> = {};
  private windows = 0;
  private readonly sender: SocketSender;
  private readonly queue: DeliveryQueue<number>;

  constructor(
    socketPath: string,
    readonly service: string,
    readonly instanceId = `${service}-${Math.random().toString(36).slice(2)}`,
  ) {
    this.sender = new SocketSender(socketPath, this.instanceId);
    this.queue = new DeliveryQueue<number>({
      maxBytes: 64 * 1024 * 1024,
      send: (sequence, body) => this.sender.send(sequence, body),
      onDropped: (records, reason) => {
        this.dropped[reason] = (this.dropped[reason] ?? 0) + records;
      },
      onFailing: () => undefined,
    });
  }

  window(options?: WindowOptions): number {
    this.windows += 1;
    const { body, records } = encodeWindow(this.service, this.windows, options);
    this.recorded += records;
    this.queue.add(body, records);
    return records;
  }

  /** Everything was taken by the agent. */
  get delivered(): boolean {
    return this.queue.isEmpty;
  }

  close(): void {
    this.queue.close();
    this.sender.close();
  }
}
