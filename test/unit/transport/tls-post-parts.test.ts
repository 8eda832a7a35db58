import { describe, expect, it } from 'vitest';
import { bypassesProxy } from '../../../src/transport/no-proxy.js';
import { parseRetryAfter, RetrySchedule } from '../../../src/transport/retry-schedule.js';

describe('bypassesProxy', () => {
  it.each([
    ['api.example.com', 443, ['example.com'], true],
    ['example.com', 443, ['example.com'], true],
    ['notexample.com', 443, ['example.com'], false],
    ['example.com', 443, ['.example.com'], false],
    ['api.example.com', 443, ['.example.com'], true],
    ['api.example.com', 443, ['*.example.com'], true],
    ['API.Example.com.', 443, ['example.COM'], true],
    ['example.com', 443, ['example.com:8443'], false],
    ['example.com', 8443, ['example.com:8443'], true],
    ['anything.net', 443, ['*'], true],
    ['10.1.2.3', 443, ['10.0.0.0/8'], true],
    ['11.1.2.3', 443, ['10.0.0.0/8'], false],
    ['10.1.2.3', 443, ['10.1.2.3'], true],
    ['fd00::1', 443, ['fd00::/8'], true],
    ['fd00::1', 443, ['[fd00::1]:443'], true],
    ['10.1.2.3', 443, ['10.0.0.0/99', 'x/8', '', ' '], false],
    ['localhost', 443, [], true],
    ['127.0.0.53', 443, [], true],
    ['::1', 443, [], true],
    ['127.evil.example', 443, [], false],
    ['example.com', 443, [], false],
  ])('%s:%s with %j: %s', (host, port, noProxy, expected) => {
    expect(bypassesProxy(host, port, noProxy)).toBe(expected);
  });
});

describe('RetrySchedule', () => {
  it('grows to its bound, with jitter, and starts again after a success', () => {
    const limits = { firstMs: 1000, maxMs: 60_000 };
    const highest = new RetrySchedule(limits, () => 1);
    const lowest = new RetrySchedule(limits, () => 0);
    const pauses = Array.from({ length: 8 }, () => highest.nextPauseMs());
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(Array.from({ length: 3 }, () => lowest.nextPauseMs())).toEqual([500, 500, 500]);
    highest.reset();
    expect(highest.nextPauseMs()).toBe(1000);
    for (let i = 0; i < 2000; i++) expect(highest.nextPauseMs()).toBeLessThanOrEqual(60_000);
  });

  it('never comes back before Retry-After, and not later than an hour for it', () => {
    const schedule = new RetrySchedule({ firstMs: 1000, maxMs: 60_000 }, () => 0.5);
    expect(schedule.nextPauseMs(120_000)).toBe(120_500);
    expect(schedule.nextPauseMs(1e12)).toBe(3_600_500);
    expect(schedule.nextPauseMs(0)).toBe(0);
  });

  it('reads seconds and dates', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(parseRetryAfter('120', undefined, now)).toBe(120_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', undefined, now)).toBe(60_000);
    expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', undefined, now)).toBe(0);
    // By the server's own clock where it says which that is.
    const date = 'Thu, 01 Jan 2026 00:00:30 GMT';
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', date, now + 86_400_000)).toBe(30_000);
    expect(parseRetryAfter('soon', undefined, now)).toBeUndefined();
    expect(parseRetryAfter(undefined, undefined, now)).toBeUndefined();
  });
});
