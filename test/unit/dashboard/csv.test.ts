import { describe, expect, it } from 'vitest';
import { csvFileName, writeCsv } from '../../../src/dashboard/format/csv.js';

describe('CSV', () => {
  it('ends every line with CRLF and quotes only what needs it', () => {
    expect(
      writeCsv([
        ['Query', 'Calls'],
        ['SELECT "a", b\nFROM t', 12],
      ]),
    ).toBe('Query,Calls\r\n"SELECT ""a"", b\nFROM t",12\r\n');
  });

  it('leaves a figure that does not exist empty and keeps every digit of one that does', () => {
    expect(writeCsv([[Number.NaN, 0, 1234.5678, -3]])).toBe(',0,1234.5678,-3\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('makes no formula of the name %j', (name) => {
    expect(writeCsv([[name]])).toBe(`'${name}\r\n`);
  });

  it('names files with what every file system takes', () => {
    expect(csvFileName('Shop <1>', 'queries')).toBe('shop-1-queries.csv');
    expect(csvFileName('../../etc', 'x')).toBe('etc-x.csv');
    expect(csvFileName('مرحبا')).toBe('table.csv');
  });
});
