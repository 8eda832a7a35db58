import type { ServerResponse } from 'node:http';
import { ERROR_CODE } from '../../protocol/delivery.js';

export type ErrorCode = (typeof ERROR_CODE)[keyof typeof ERROR_CODE];

/** An answer other than 200. `message` is one of our own sentences: nothing of the request is ever in it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Writes `{ "error": { "code", "message" } }`. */
export function answerRefusal(response: ServerResponse, refusal: Refusal): void {
  const { code, message } = refusal;
  answerJson(response, refusal.status, { error: { code, message } }, refusal.headers);
}

export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = Buffer.from(JSON.stringify(value), 'utf8');
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': text.length,
  });
  response.end(text);
}
