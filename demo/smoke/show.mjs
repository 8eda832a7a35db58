import { table } from './table.mjs';

const print = (text) => process.stdout.write(`${text}\n`);

/** Every compared row, then every difference. */
export function showComparison(expected, reported, different) {
  const rows = [['', 'what', 'name', 'sent', 'reported', 'errors', 'reported']];
  for (const [key, row] of expected) {
    const other = reported.get(key);
    const wrong = different.some(({ name }) => name === `${row.kind} ${row.name}`);
    rows.push([
      wrong ? '✗' : '✓',
      row.kind,
      row.name,
      row.calls,
      other?.calls ?? '-',
      row.errorTypes || '-',
      other === undefined ? '-' : other.errorTypes || '-',
    ]);
  }
  print(`\n${table(rows)}\n`);
  print(
    `  ${expected.size} rows compared: calls, errors by type, callers, statuses, repeated queries; ${different.length} differences`,
  );
  for (const { name, field, expected: wanted, reported: got } of different) {
    print(
      `  ✗ ${name}\n      ${field}: expected ${wanted}\n      ${' '.repeat(field.length)}  reported ${got}`,
    );
  }
}

export function showSearch(results, secrets, needles) {
  const rows = [['', 'searched for planted values', 'bytes', 'found']];
  for (const { name, bytes, finding } of results) {
    rows.push([finding === undefined ? '✓' : '✗', name, bytes, finding ?? 'nothing']);
  }
  print(`\n${table(rows)}\n`);
  print(
    `  ${secrets.tokens.length + secrets.digits.length} planted values, ${needles} pieces and encodings of them`,
  );
}
