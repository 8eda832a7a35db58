/** The few members of Node's http2 objects that we read. None is written. */
export type Headers = Readonly<Record<string, unknown>>;

export interface StreamLike {
  /** Odd for requests, even for pushes; undefined until a client's stream is on its way. */
  readonly id?: number;
  readonly destroyed: boolean;
  /** HTTP/2 error code of the end: 0 is a regular one. */
  readonly rstCode: number;
  readonly sentHeaders?: Headers;
  readonly session?: object | null;
}

/** What each of the `http2.*.stream.*` channels publishes, as far as it has it. */
export interface StreamMessage {
  readonly stream: StreamLike;
  readonly headers?: Headers;
  readonly error?: unknown;
}

/** RFC 9113, section 7: the codes that mean "nothing wrong" and "no longer wanted". */
export const NO_ERROR = 0;
export const CANCEL = 8;

/** Pushed streams are answers that nobody asked for, not requests. */
export function isPushed(stream: StreamLike): boolean {
  return stream.id !== undefined && stream.id % 2 === 0;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function statusOf(headers: Headers | undefined): number {
  const status = headers?.[':status'];
  return typeof status === 'number' ? status : Number(status ?? 0) || 0;
}
