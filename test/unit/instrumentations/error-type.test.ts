import { describe, expect, it } from 'vitest';
import {
  clientErrorType,
  errorTypeOf,
  serverErrorType,
} from '../../../instrumentations/error-type.js';
import { queryErrorType } from '../../../instrumentations/pg/pending.js';

const withCode = (code: unknown, more: object = {}): Error =>
  Object.assign(new Error('a secret message'), { code }, more);

describe('errorTypeOf', () => {
  it.each([
    [withCode('ECONNREFUSED'), 'ECONNREFUSED'],
    [withCode('23505'), '23505'],
    [withCode('0A000'), '0A000'],
    [withCode('UND_ERR_HEADERS_TIMEOUT'), 'UND_ERR_HEADERS_TIMEOUT'],
    [withCode('ABORT_ERR', { name: 'AbortError' }), 'aborted'],
    [new DOMException('x', 'AbortError'), 'aborted'],
    [new DOMException('x', 'TimeoutError'), 'timeout'],
    [withCode('ABORT_ERR', { cause: new DOMException('x', 'TimeoutError') }), 'timeout'],
    [new TypeError('fetch failed', { cause: withCode('ENOTFOUND') }), 'ENOTFOUND'],
    [new TypeError('x'), 'TypeError'],
    [new Error('x'), '_OTHER'],
    [withCode('a secret: 4111-1111'), '_OTHER'],
    [withCode('lower'), '_OTHER'],
    [withCode('X'.repeat(65)), '_OTHER'],
    [withCode(1234), '_OTHER'],
    [Object.assign(new Error('x'), { name: 'Error of customer Smith' }), '_OTHER'],
    ['a thrown string', '_OTHER'],
    [null, '_OTHER'],
    [undefined, '_OTHER'],
  ])('%o: %s', (error, expected) => {
    expect(errorTypeOf(error)).toBe(expected);
  });

  it('survives an error that is its own cause', () => {
    const error = new Error('x');
    error.cause = error;
    expect(errorTypeOf(error)).toBe('_OTHER');
  });
});

describe('status', () => {
  it('fails inbound from 500, outbound from 400', () => {
    expect([499, 500].map(serverErrorType)).toEqual([undefined, '500']);
    expect([399, 400].map(clientErrorType)).toEqual([undefined, '400']);
  });
});

describe('queryErrorType', () => {
  it('names what pg gives no code to', () => {
    expect(queryErrorType(new Error('Query read timeout'))).toBe('timeout');
    expect(queryErrorType(new Error('Connection terminated unexpectedly'))).toBe(
      'connection_closed',
    );
    expect(queryErrorType(new Error('something of the host'))).toBe('_OTHER');
  });
});
