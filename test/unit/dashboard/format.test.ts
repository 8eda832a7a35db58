import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatByteRate, formatBytes } from '../../../src/dashboard/format/bytes.js';
import { formatDuration, splitUnit } from '../../../src/dashboard/format/duration.js';
import { describeErrorType } from '../../../src/dashboard/format/error-type.js';
import { displayName } from '../../../src/dashboard/format/hostile.js';
import { readToken, safeNext } from '../../../src/dashboard/format/login.js';
import { groupLosses, totalLost } from '../../../src/dashboard/format/losses.js';
import { formatCount, formatPercent, formatRate } from '../../../src/dashboard/format/number.js';
import { formatAgo, zoneName } from '../../../src/dashboard/format/time.js';

describe('numbers', () => {
  it('keeps counts exact below 10,000 and to three digits above', () => {
    expect([0, 9, 1234, 9999].map(formatCount)).toEqual(['0', '9', '1,234', '9,999']);
    expect(formatCount(12_345)).toBe('12.3\u202fk');
    expect(formatCount(999_960)).toBe('1.00\u202fM');
    expect(formatCount(4.56e9)).toBe('4.56\u202fG');
    expect(formatCount(Number.NaN)).toBe('–');
  });

  it('never calls something nothing, nor less than all everything', () => {
    expect(formatPercent(0)).toBe('0%');
    expect(formatPercent(0.00001)).toMatch(/^<.*0\.1%$/);
    expect(formatPercent(0.99999)).toMatch(/^>.*99\.9%$/);
    expect(formatPercent(1)).toBe('100%');
    expect(formatPercent(0.033)).toBe('3.3%');
    expect(formatRate(0.001)).toMatch(/^<.*0\.01$/);
    expect(formatRate(7.5)).toBe('7.50');
  });

  it('says durations in the unit that fits', () => {
    const cases: [number, string][] = [
      [0, '0 ms'],
      [0.4, '1 µs'],
      [850, '850 µs'],
      [1000, '1.00 ms'],
      [12_340, '12.3 ms'],
      [999_600, '1.00 s'],
      [99_960, '100 ms'],
      [1_240_000, '1.24 s'],
      [192_000_000, '3.20 min'],
      [5.1 * 3600e6, '5.10 h'],
      [36 * 3600e6, '1.50 d'],
      [Number.NaN, '–'],
      [-1, '–'],
    ];
    for (const [us, text] of cases) expect(formatDuration(us)).toBe(text);
  });

  it('formats every duration within 1 % of itself', () => {
    const sizes: Record<string, number> = {
      µs: 1,
      ms: 1e3,
      s: 1e6,
      min: 60e6,
      h: 3600e6,
      d: 86_400e6,
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (us) => {
        const { value, unit } = splitUnit(formatDuration(us));
        expect(Math.abs(Number(value) * (sizes[unit] ?? Number.NaN) - us) / us).toBeLessThan(0.01);
      }),
    );
  });
});

describe('bytes', () => {
  it('says them in the unit that fits, chosen after rounding', () => {
    const cases: [number, string][] = [
      [0, '0 B'],
      [512, '512 B'],
      [1536, '1.50 KiB'],
      [12.34 * 1024 ** 2, '12.3 MiB'],
      [1023.9 * 1024, '1.00 MiB'],
      [3.2 * 1024 ** 4, '3.20 TiB'],
      [-1, '–'],
    ];
    for (const [bytes, text] of cases) expect(formatBytes(bytes)).toBe(text);
    expect(formatByteRate(2048)).toBe('2.00 KiB/s');
  });
});

describe('times', () => {
  it('says how long ago, and takes a clock slightly ahead for now', () => {
    const now = 1_700_000_000_000;
    const ago = (seconds: number): string => formatAgo(now - seconds * 1000, now);
    expect([-30, 3, 40, 720, 3 * 3600, 5 * 86_400].map(ago)).toEqual([
      'just now',
      'just now',
      '40 s ago',
      '12 min ago',
      '3 h ago',
      '5 d ago',
    ]);
  });

  it('names the zone', () => {
    const at = (offset: number): Date =>
      Object.assign(new Date(), { getTimezoneOffset: () => offset });
    expect([0, -60, 210].map((offset) => zoneName(at(offset)))).toEqual([
      'UTC',
      'UTC+01:00',
      'UTC−03:30',
    ]);
  });
});

describe('names from outside', () => {
  it('bounds length without splitting an emoji and drops what turns text around', () => {
    expect(displayName('a\u202Eb\u0000c')).toBe('a b c');
    expect(displayName('   ')).toBe('(no name)');
    expect(displayName('🦊'.repeat(500), 3)).toBe('🦊🦊🦊…');
    expect(displayName('<script>alert(1)</script>')).toBe('<script>alert(1)</script>');
  });
});

describe('login', () => {
  it('reads the token of a link, of a fragment or of itself', () => {
    const token = 'AbC-123_def45678';
    for (const text of [`http://127.0.0.1:4480/login#${token}`, `#${token}`, ` ${token} `]) {
      expect(readToken(text)).toBe(token);
    }
    for (const text of ['', '#', 'http://x/login', '#a b', '#<script>xxxx']) {
      expect(readToken(text)).toBeUndefined();
    }
  });

  it('leads to this site only', () => {
    expect(safeNext('/services/x?range=1h')).toBe('/services/x?range=1h');
    for (const next of [
      null,
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:1',
      '/login',
    ]) {
      expect(safeNext(next)).toBe('/');
    }
  });
});

describe('losses and errors', () => {
  it('adds losses up by reason', () => {
    const losses = [
      { reason: 'ring_full', service: 'a', records: 2 },
      { reason: 'rejected', service: 'a', records: 9 },
      { reason: 'ring_full', service: 'b', records: 3 },
      { reason: 'spool_full', service: 'b', records: 0 },
    ];
    expect(totalLost(losses)).toBe(14);
    expect(groupLosses(losses)).toEqual([
      { reason: 'rejected', records: 9 },
      { reason: 'ring_full', records: 5 },
    ]);
  });

  it('has words for types it knows and none for others', () => {
    expect(describeErrorType('23505')).toBe('constraint violation');
    expect(describeErrorType('503')).toBe('Service Unavailable');
    expect(describeErrorType('aborted')).toBe('client went away');
    expect(describeErrorType('constructor')).toBeUndefined();
  });
});
