import { describe, expect, it } from 'vitest';
import { toCsv, type Cell } from '../../../src/server/queries/csv.js';

const line = (...cells: Cell[]): string => {
  const columns = cells.map((_, i) => ({ heading: `h${i}`, cell: (row: Cell[]) => row[i] }));
  return toCsv(columns, [cells]).split('\r\n').slice(1).join('\r\n');
};

describe('CSV', () => {
  it('is RFC 4180', () => {
    expect(toCsv([{ heading: 'Average (ms)', cell: (n: number) => n }], [1.5, 2])).toBe(
      'Average (ms)\r\n1.5\r\n2\r\n',
    );
    expect(line('a,b', 'say "x"', 'two\r\nlines', '', null, undefined, 0, false)).toBe(
      '"a,b","say ""x""","two\r\nlines",,,,0,false\r\n',
    );
    expect(line(' padded ')).toBe('" padded "\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1'])(
    'makes no formula of %j',
    (text) => {
      expect(line(text)).toBe(`"'${text}"\r\n`);
    },
  );

  it('leaves numbers and ordinary text alone', () => {
    expect(line(-1, 'GET /a-b=c', 'Другой 🚚')).toBe('-1,GET /a-b=c,Другой 🚚\r\n');
  });
});
